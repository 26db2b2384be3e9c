// SPDX-License-Identifier: GPL-2.0-only
//
// scx_missing: see missing.bpf.c.
#include <scx/framework/app.h>

#include "missing.skel.h"

struct Nothing {
  std::uint64_t none = 0;
};
SCX_METRICS(Nothing, "nothing", gauge(&Nothing::none, "none", "nothing"));

int main(int argc, char** argv) {
  return scx::App<missing_bpf, Nothing>{"scx_missing", "A scheduler that no kernel can load"}.main(
      argc, argv);
}
