// SPDX-License-Identifier: GPL-2.0-only
//
// scx_qmap: the command around the policy in bpf/.
#include <scx/framework/app.h>
#include <scx/framework/cgroup.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "intf.h"
#include "kernel_features.h"
#include "numbering.h"
#include "options.h"
#include "qmap.skel.h"
#include "stats.h"

namespace {

constexpr std::uint64_t kSwitchPartial = 8;  // SCX_OPS_SWITCH_PARTIAL, the same in all kernels

std::uint64_t monotonic_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

template <typename Rodata>
void set_knobs(Rodata& knobs, const qmap::Options& options, const qmap::Settings& settings,
               std::uint64_t cgroup) {
  knobs.slice_ns = options.slice_us * 1000;
  knobs.batch = static_cast<u32>(options.batch);
  knobs.scx_task_limit = options.max_tasks;
  knobs.boost_highpri = options.boost;
  knobs.print_events = options.print_events;
  knobs.print_messages = options.print_messages;
  knobs.quiet_dump = options.no_own_dump;
  knobs.disallow_tgid = settings.disallow_tgid;
  knobs.sub_cgroup_id = cgroup;
  knobs.rotate_ns = settings.rotate_ms * 1'000'000;
  knobs.error_after = options.error_after;
  knobs.stall_user_nth = options.stall_user_nth;
  knobs.stall_kernel_nth = options.stall_kernel_nth;
  knobs.loop_after = options.loop_after;
  knobs.immed_nth = options.immed_nth;
  knobs.inject = settings.inject;
}

template <typename Ops>
void set_ops(Ops& ops, const qmap::Options& options, const qmap::Settings& settings,
             const qmap::KernelValues& kernel) {
  if (options.partial) ops.flags |= kSwitchPartial;
  if (options.always_immed) ops.flags |= kernel.always_immed;
  ops.exit_dump_len = static_cast<u32>(options.dump_len);
  if (settings.rescue_ppt)
    ops.rescue_bandwidth_ppt = *settings.rescue_ppt ? *settings.rescue_ppt : kernel.no_rescue;
  if (settings.rescue_quantum_us) ops.rescue_quantum_us = *settings.rescue_quantum_us;
}

// The scheduler as it stands. Who has which cids is copied again where BPF changed it meanwhile.
template <typename Attached>
qmap::Reading read(const Attached& attached) {
  const auto& arena = attached.arena();
  qmap::Reading now;
  now.counts = arena.qmap_counts;
  for (std::size_t i = 0; i < now.queued.size(); ++i) now.queued[i] = arena.qmap_queues[i].nr;
  now.nr_tasks = arena.scx_slab.nr_used;
  now.perf = arena.qmap_perf;
  const auto cids = attached.template per_unit<qmap_cid>("qmap_cids");
  now.owners.resize(cids.size());
  for (int tries = 0; tries < 3; ++tries) {
    now.partition = arena.qmap_partition;
    std::ranges::copy(arena.qmap_parts, now.parts.begin());
    std::ranges::transform(cids, now.owners.begin(), &qmap_cid::owner);
    std::atomic_thread_fence(std::memory_order_acquire);
    const volatile std::uint64_t& at = arena.qmap_partition.at_ns;
    if (at == now.partition.at_ns) break;
  }
  bring_up_to_date(now, monotonic_ns());
  return now;
}

}  // namespace

int main(int argc, char** argv) {
  qmap::Options options;
  qmap::Settings settings;
  qmap::KernelValues kernel;
  std::uint64_t cgroup = 0;
  scx::App<qmap_bpf, qmap::Stats> app{
      "scx_qmap",
      "A scheduler with five queues by weight that exercises what sched_ext offers, for trying "
      "kernels and this framework; not for everyday use"};
  qmap::add_options(app, options);
  app.check([&]() -> scx::Status {
    settings = SCX_TRY(qmap::understand(options));
    if (options.cgroup.empty()) return {};
    cgroup = SCX_TRY(scx::cgroup_id(options.cgroup));
    app.sub_scheduler_of(cgroup);
    return {};
  });
  app.check_kernel([&](const scx::KernelBtf& running) {
    kernel = qmap::read_values(running);
    return qmap::check_kernel(options, running);
  });
  app.change_machine([&](scx::Machine machine) {
    return qmap::renumbered(settings.cid_override, std::move(machine));
  });
  app.configure([&](auto& opened) {
    set_knobs(opened.rodata(), options, settings, cgroup);
    set_ops(*opened.skeleton().struct_ops.qmap_ops, options, settings, kernel);
  });
  app.sample([](const auto& attached) { return read(attached); }, qmap::compare);
  return app.main(argc, argv);
}
