// SPDX-License-Identifier: GPL-2.0-only
#include "shrink_run.h"

#include <fmt/core.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "output_file.h"
#include "replay.h"
#include "shrink.h"
#include "workload_file.h"
#include "workload_text.h"

namespace scx::scxsim {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// Simulates cases, and keeps the machine of the last one: most have the same.
class Cases {
 public:
  Cases(const Options& options, const Setup& setup) : options_(options), setup_(setup) {
    setup_.simulation.observer = nullptr;
    setup_.simulation.measure = false;
  }

  Seen run(const Case& one) {
    auto outcome = simulate(one);
    return outcome ? seen_in(*outcome, one.workload) : Seen{};
  }

 private:
  Result<sim::Outcome> simulate(const Case& one) {
    if (one.shape != shape_ || one.big != big_) {
      setup_.machine_options = SCX_TRY(machine_options_of(one));
      setup_.machine = SCX_TRY(discover_machine(setup_.machine_options));
      shape_ = one.shape;
      big_ = one.big;
    }
    setup_.workload = one.workload;
    setup_.simulation.seed = one.seed;
    setup_.simulation.audit = one.audit;
    setup_.simulation.costs = {};
    for (const std::string& cost : one.cost) SCX_TRY(sim::set_cost(setup_.simulation.costs, cost));
    return SCX_TRY(scxsim::run(setup_, options_.scheduler, one.set)).outcome;
  }

  const Options& options_;
  Setup setup_;
  std::optional<Shape> shape_;  // of the machine; none: the one that was given
  CpuSet big_;
};

// One line that is written over on a terminal, otherwise one now and then.
class Progress {
 public:
  explicit Progress(int nr_cpus) : nr_cpus_(nr_cpus), terminal_(::isatty(STDERR_FILENO) == 1) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (terminal_) fmt::print(stderr, "\r\033[K");
  }

  void show(int runs, const Case& least) const {
    if (runs % (terminal_ ? 10 : 500) != 0) return;
    fmt::print(stderr, "{}scxsim: shrinking, {} runs; {}{}", terminal_ ? "\r" : "", runs,
               size_of(least, nr_cpus_), terminal_ ? "\033[K" : "\n");
  }

 private:
  int nr_cpus_;
  bool terminal_;
};

}  // namespace

Result<std::string> shrink_run(const Options& options, const Setup& setup,
                               const sim::Outcome& outcome) {
  OutputFile file = SCX_TRY(OutputFile::create(*options.shrink));
  const int nr_cpus = setup.machine.cids.online().count;
  Cases cases(options, setup);
  const auto run = [&](const Case& one) { return cases.run(one); };
  const Case given{.set = options.set,
                   .cost = options.cost,
                   .audit = options.audit,
                   .seed = options.seed,
                   .workload = setup.workload};
  Shrunk small;
  {
    const Progress progress(nr_cpus);
    small = shrink(given, seen_in(outcome, setup.workload), setup.machine.topology, run,
                   {.runs = options.shrink_runs},
                   [&](int runs, const Case& least) { progress.show(runs, least); });
  }
  small.least.workload.duration_ns = (small.seen.end_ns / kMs + 1) * kMs;
  const std::string text = SCX_TRY(workload_text(small.least.workload));
  file.write(text);
  SCX_TRY(file.commit());
  // what is told is what the file does
  Case written = small.least;
  written.workload = SCX_TRY(parse_workload(text, "small"));
  written.workload.duration_ns = small.least.workload.duration_ns;
  written.workload.warmup_ns = small.least.workload.warmup_ns;
  if (run(written).violation != small.seen.violation)
    return fail(ErrorKind::invalid, *options.shrink + " does not show what was to be shown",
                "this is a bug of scxsim: please report it");
  return fmt::format("{} {} runs ({}): {}\n",
                     small.gave_up ? "not done after" : "as small as it gets after", small.runs,
                     size_of(small.least, nr_cpus), command_to(small, options));
}

}  // namespace scx::scxsim
