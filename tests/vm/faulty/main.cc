// SPDX-License-Identifier: GPL-2.0-only
//
// scx_faulty --fault N: see faulty.bpf.c.
#include <scx/framework/app.h>

#include "faulty.h"
#include "faulty.skel.h"

struct Nothing {
  std::uint64_t none = 0;
};
SCX_METRICS(Nothing, "nothing", gauge(&Nothing::none, "none", "nothing"));

int main(int argc, char** argv) {
  std::uint64_t fault = FAULT_NONE;
  scx::App<faulty_bpf, Nothing> app{"scx_faulty", "A scheduler that fails on purpose"};
  app.option("--fault", fault, "1 error, 2 exit, 3 stall, 4 verifier, 5 last kick", FAULT_NONE,
             FAULT_LAST_KICK);
  app.configure([&](auto& opened) { opened.rodata().fault = static_cast<u32>(fault); });
  return app.main(argc, argv);
}
