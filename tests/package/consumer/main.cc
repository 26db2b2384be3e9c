// SPDX-License-Identifier: GPL-2.0-only
//
// scx_tiny: the command around tiny.bpf.c, with an option and a statistic of its own.
#include <scx/framework/app.h>

#include "tiny.skel.h"

struct Counters {
  std::uint64_t queued = 0;
};
SCX_METRICS(Counters, "what scx_tiny did",
            scx::counter(&Counters::queued, "queued", "tasks put on a queue"));

int main(int argc, char** argv) {
  std::uint64_t unused = 7;
  scx::App<tiny_bpf, Counters> app{"scx_tiny", "First in, first out, a queue for each domain"};
  app.option("-u,--unused", unused, "A number that changes nothing", 0, 10);
  app.sample([](const auto& attached) { return Counters{attached.arena().nr_queued}; });
  return app.main(argc, argv);
}
