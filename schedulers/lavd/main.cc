// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd: the command around the policy in bpf/.
#include <scx/framework/app.h>

#include "lavd.skel.h"
#include "stats.h"

int main(int argc, char** argv) {
  std::uint64_t slice_max_us = 5000;
  std::uint64_t slice_min_us = 500;
  scx::App<lavd_bpf, lavd::SysStats> app{
      "scx_lavd",
      "A scheduler that puts latency-critical tasks first: latency-criticality aware "
      "virtual deadlines"};
  app.option("--slice-max-us", slice_max_us,
             "The longest time slice while others wait, in microseconds", 100, 1'000'000);
  app.option("--slice-min-us", slice_min_us, "The shortest time slice, in microseconds", 100,
             1'000'000);

  app.check([&]() -> scx::Status {
    if (slice_min_us <= slice_max_us) return {};
    return scx::fail(scx::ErrorKind::usage, "--slice-min-us is larger than --slice-max-us");
  });
  app.configure([&](auto& opened) {
    opened.rodata().slice_max_ns = slice_max_us * 1000;
    opened.rodata().slice_min_ns = slice_min_us * 1000;
  });
  app.sample(
      [](const auto& attached) {
        lavd::Totals totals = lavd::add_up(attached.template per_unit<lavd_cpu>("lavd_cpu"),
                                           attached.template per_unit<lavd_domain>("lavd_domain"));
        totals.nr_cpus = attached.skeleton().rodata->scx_machine.nr_online;
        totals.nr_tasks = attached.arena().scx_slab.nr_used;
        return totals;
      },
      [mseq = std::uint64_t{0}](const lavd::Totals& before, const lavd::Totals& now) mutable {
        return lavd::compare(before, now, ++mseq);
      });
  return app.main(argc, argv);
}
