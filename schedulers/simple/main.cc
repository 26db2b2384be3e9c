// SPDX-License-Identifier: GPL-2.0-only
//
// scx_simple: the command around simple.bpf.c, and the example of how little one has to write.
#include <scx/framework/app.h>

#include "simple.skel.h"

struct Counters {
  std::uint64_t local = 0;
  std::uint64_t shared = 0;
};
SCX_METRICS(Counters, "what scx_simple did",
            scx::counter(&Counters::local, "local", "tasks sent straight to an idle CPU"),
            scx::counter(&Counters::shared, "shared", "tasks queued on the shared queue"));

int main(int argc, char** argv) {
  bool fifo = false;
  scx::App<simple_bpf, Counters> app{"scx_simple", "A scheduler with one queue for the machine"};
  app.flag("-f,--fifo", fifo, "First in, first out instead of weighted virtual time");
  app.configure([&](auto& opened) { opened.rodata().fifo = fifo; });
  app.sample([](const auto& attached) {
    return Counters{attached.arena().nr_local, attached.arena().nr_shared};
  });
  return app.main(argc, argv);
}
