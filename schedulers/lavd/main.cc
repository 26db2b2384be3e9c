// SPDX-License-Identifier: GPL-2.0-only
//
// scx_lavd: the command around the policy in bpf/.
#include <scx/framework/app.h>

#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <vector>

#include "domains.h"
#include "intf.h"
// Names types of intf.h.
#include "lavd.skel.h"
#include "options.h"
#include "power_follow.h"
#include "power_sysfs.h"
#include "samples.h"
#include "stats.h"

namespace {

constexpr std::uint64_t kSwitchPartial = 8;  // SCX_OPS_SWITCH_PARTIAL, the same in all kernels

template <typename Rodata>
void set_knobs(Rodata& knobs, const lavd::Options& options, const lavd::Settings& settings) {
  knobs.slice_min_ns = options.slice_min_us * 1000;
  knobs.slice_max_ns = options.slice_max_us * 1000;
  knobs.pinned_slice_ns = settings.pinned_slice_us * 1000;
  knobs.no_slice_boost = options.no_slice_boost;
  knobs.preempt_shift = static_cast<u32>(options.preempt_shift);
  knobs.no_preemption = options.no_preemption;
  knobs.no_futex_boost = options.no_futex_boost;
  knobs.no_wake_sync = options.no_wake_sync;
  knobs.warm_cpu_ns = options.warm_cpu_us * 1000;
  knobs.lat_load_target_pct = static_cast<u32>(options.lat_load_target_pct);
  knobs.per_cpu_dsq = options.per_cpu_dsq;
  knobs.mig_delta_pct = static_cast<u32>(options.mig_delta_pct);
  knobs.lb_low_util_pct = static_cast<u32>(options.lb_low_util_pct);
  knobs.lb_local_dsq_util_pct = static_cast<u32>(options.lb_local_dsq_util_pct);
  knobs.no_fast_lb = options.no_fast_lb;
  knobs.no_core_compaction = !settings.core_compaction;
  knobs.no_freq_scaling = options.no_freq_scaling;
  knobs.autopilot = settings.power == lavd::PowerChoice::autopilot;
  knobs.first_mode = settings.mode;
}

// The programs beside the ops, as far as this kernel has what they look at.
template <typename Opened>
void enable_hooks(Opened& opened, bool futex_boost) {
  auto& progs = opened.skeleton().progs;
  opened.enable(progs.lavd_exec);
  if (!futex_boost) return;
  if (opened.enable(progs.lavd_futex_wait) && opened.enable(progs.lavd_futex_wake)) {
    opened.enable(progs.lavd_futex_lock_pi);
    opened.enable(progs.lavd_futex_unlock_pi);
    return;
  }
  bpf_program__set_autoload(progs.lavd_futex_wait, false);
  if (opened.enable(progs.lavd_enter_futex)) opened.enable(progs.lavd_exit_futex);
}

// The orders in which CPUs are used that the user asked for, if any.
scx::Result<scx::Machine> with_orders(scx::Machine machine, const lavd::Settings& settings) {
  if (!settings.cpu_pref_order.empty())
    machine.orders = SCX_TRY(scx::orders_from(machine, settings.cpu_pref_order));
  else if (!settings.use_energy_model)
    machine.orders = scx::make_orders(machine.topology, machine.cids, machine.domains,
                                      {.use_energy_model = false});
  return machine;
}

// Tasks that started to run, by cid.
template <typename Attached>
std::vector<std::uint64_t> count_schedules(const Attached& attached) {
  std::vector<std::uint64_t> counts;
  for (const lavd_cpu& cpu : attached.template per_unit<lavd_cpu>("lavd_cpu"))
    counts.push_back(cpu.nr_sched);
  return counts;
}

// What changes in the system while the scheduler runs and that it has to follow.
class Surroundings {
 public:
  Surroundings(const scx::AppBase& app, lavd::Settings& settings)
      : app_(app), settings_(settings) {}

  // Before each start.
  void look() {
    follow_power();
    ranking_ = lavd::read_prefcore("/");
  }

  // Whether anything here can change, and so is to be looked at again.
  bool can_change() const { return follows_power() || !lavd::read_prefcore("/").empty(); }

  // About once a second. Sets the mode in settings.
  scx::Tick tick() {
    follow_power();
    if (ranking_.empty() || ++ticks_ % kTicksBetweenRankings != 0) return scx::Tick::go_on;
    if (lavd::same_order(ranking_, lavd::read_prefcore("/"))) return scx::Tick::go_on;
    app_.note("the firmware prefers other cores now (amd_pstate_prefcore_ranking)");
    return scx::Tick::restart;
  }

 private:
  static constexpr unsigned kTicksBetweenRankings = 10;

  bool follows_power() const { return settings_.power == lavd::PowerChoice::autopower; }

  void follow_power() {
    if (!follows_power()) return;
    const auto changed = power_.poll();
    if (!changed) return;
    settings_.mode = changed->mode;
    app_.note(fmt::format("power mode {}: {}", lavd::name(changed->mode), changed->reason));
  }

  const scx::AppBase& app_;
  lavd::Settings& settings_;
  lavd::PowerFollower power_;
  lavd::PrefcoreRanking ranking_;
  unsigned ticks_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  lavd::Options options;
  lavd::Settings settings;
  scx::App<lavd_bpf, lavd::SysStats> app{
      "scx_lavd",
      "A scheduler that puts latency-critical tasks first: latency-criticality aware "
      "virtual deadlines"};
  Surroundings surroundings{app, settings};
  lavd::add_options(app, options);
  app.check([&]() -> scx::Status {
    settings = SCX_TRY(lavd::understand(options));
    if (surroundings.can_change())
      app.every(std::chrono::seconds(1), [&](auto& attached) {
        const scx::Tick next = surroundings.tick();
        if (settings.power == lavd::PowerChoice::autopower)
          attached.arena().lavd_sys.mode = settings.mode;
        return next;
      });
    return {};
  });
  app.change_machine(
      [&](scx::Machine machine) { return with_orders(std::move(machine), settings); });
  app.configure([&](auto& opened) {
    if (settings.run_id) app.note(fmt::format("run id {}", *settings.run_id));
    surroundings.look();
    set_knobs(opened.rodata(), options, settings);
    enable_hooks(opened, !options.no_futex_boost);
    if (options.partial) opened.skeleton().struct_ops.lavd_ops->flags |= kSwitchPartial;
  });
  std::atomic<std::uint64_t> mseq = 0;
  app.sample([](const auto& attached) { return lavd::read_totals(attached); },
             [&mseq](const lavd::Totals& before, const lavd::Totals& now) {
               return lavd::compare(before, now, ++mseq);
             });
  app.count_schedules([](const auto& attached) { return count_schedules(attached); });
  app.target("domains", scx::stats::Schema::of<lavd::Domains>(), lavd::domains_opener());
  const auto sample = scx::stats::Schema::of<lavd::SchedSample>();
  app.target("sched_samples", sample, lavd::sample_opener());
  app.list_option("--monitor-sched-samples",
                  "Show up to N samples of the tasks that a scx_lavd in another process schedules, "
                  "every second; waits until there is one, and schedules nothing itself",
                  lavd::kMaxSamples, {"sched_samples", "nr_samples", "samples", sample});
  return app.main(argc, argv);
}
