// SPDX-License-Identifier: GPL-2.0-only
//
// Cgroups with the CPU controller, as kernel/sched/ext has them: what the policy is told of them,
// and of tasks that move. To the kernel itself they mean nothing: neither weights nor bandwidth
// touch a task of the policy's unless the policy sees to it.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "kernel.h"

namespace scx::sim {
namespace {

constexpr u64 kRootId = 1;
constexpr s32 kMostErrno = 4095;

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string parent_of(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

}  // namespace

Cgroup::Cgroup(std::string at, u64 id)
    : cgroup{}, path(std::move(at)), name(last_part(path)), node_{id, name.c_str()}, group_{} {
  group_.css.cgroup = this;
  group_.scx.weight = 100;
  kn = &node_;
  subsys[0] = &group_.css;
}

// With its parents, unless it is there.
Cgroup& Kernel::make_cgroup(const std::string& path) {
  const auto found = cgroup_at_.find(path);
  if (found != cgroup_at_.end()) return *found->second;
  Cgroup* const parent = path == "/" ? nullptr : &make_cgroup(parent_of(path));
  Cgroup& made = *cgroups_.emplace_back(std::make_unique<Cgroup>(path, kRootId + cgroups_.size()));
  cgroup_at_[path] = &made;
  if (parent) parent->children.push_back(&made);
  return made;
}

Cgroup& Kernel::cgroup_at(const std::string& path) { return *cgroup_at_.at(path); }

// The workload names it, so it is there; the root has no files for settings.
Status Kernel::name_cgroup(const std::string& path, const std::string& where, bool has_settings) {
  const Status checked = check_group_path(path);
  if (!checked)
    return fail(ErrorKind::invalid, fmt::format("{}: {}", where, checked.error().what),
                checked.error().cure);
  if (has_settings && path == "/")
    return fail(ErrorKind::invalid, where + ": the root has no weight and no limits");
  make_cgroup(path);
  return {};
}

Status Kernel::make_cgroups() {
  root_ = &make_cgroup("/");
  for (const CgroupSetup& setup : workload_.cgroups) {
    SCX_TRY(name_cgroup(setup.path, "cgroups", true));
    Cgroup& made = cgroup_at(setup.path);
    const CgroupSettings& to = setup.settings;
    made.weight() = to.weight.value_or(made.weight());
    made.period_us = to.period_us.value_or(made.period_us);
    made.quota_us = to.quota_us.value_or(made.quota_us);
    made.burst_us = to.burst_us.value_or(made.burst_us);
    made.idle = to.idle.value_or(made.idle);
  }
  for (const TaskKind& kind : workload_.kinds) {
    if (!kind.group.empty()) SCX_TRY(name_cgroup(kind.group, kind.name, false));
    for (const Phase& phase : kind.phases)
      for (const Op& op : phase.ops)
        if (op.kind == Op::Kind::set_group || op.kind == Op::Kind::change_group)
          SCX_TRY(name_cgroup(op.group, kind.name, op.kind == Op::Kind::change_group));
  }
  return {};
}

// Parents first (scx_cgroup_init()).
void Kernel::init_cgroups(Cgroup& group) {
  if (ops_.cgroup_init) {
    scx_cgroup_init_args args{group.weight(), group.period_us, group.quota_us, group.burst_us,
                              group.idle};
    const s32 err = call(ops_.cgroup_init, "cgroup_init", May::nothing, nullptr, group.kn->id,
                         word(&group), word(&args));
    if (err && !ended()) error("ops.cgroup_init() failed (%d)", err);
    if (ended()) return;
  }
  group.initialized = true;
  for (Cgroup* child : group.children)
    if (!ended()) init_cgroups(*child);
}

// Children first (scx_cgroup_exit()).
void Kernel::exit_cgroups(Cgroup& group) {
  for (Cgroup* child : group.children) exit_cgroups(*child);
  if (!std::exchange(group.initialized, false) || !ops_.cgroup_exit) return;
  call(ops_.cgroup_exit, "cgroup_exit", May::nothing, nullptr, group.kn->id, word(&group));
}

// All of the tasks or none, as the kernel does with the threads of a process (cgroup_migrate()).
void Kernel::move_to_cgroup(const std::vector<Task*>& tasks, Cgroup& to) {
  std::vector<Task*> moved;
  for (Task* p : tasks)
    if (p->cgroup != &to) moved.push_back(p);
  if (!prepare_moves(moved, to)) return;
  for (Task* p : moved) {
    change(*p, [&] { finish_move(*p, to); });
    if (p->where == Where::on_cpu) reschedule(cpu(p->cid));
  }
}

// scx_cgroup_can_attach(). False: the policy does not want one of them to move.
bool Kernel::prepare_moves(const std::vector<Task*>& tasks, Cgroup& to) {
  if (!ops_.cgroup_prep_move) return true;
  for (std::size_t at = 0; at < tasks.size(); ++at) {
    Task& p = *tasks[at];
    const s32 err = call(ops_.cgroup_prep_move, "cgroup_prep_move", May::nothing, &p, to.kn->id,
                         word(&p), word(p.cgroup), word(&to));
    if (!err && !ended()) continue;
    for (std::size_t before = 0; before < at && ops_.cgroup_cancel_move; ++before)
      call(ops_.cgroup_cancel_move, "cgroup_cancel_move", May::nothing, tasks[before], to.kn->id,
           word(tasks[before]), word(tasks[before]->cgroup), word(&to));
    if (err > 0 || err < -kMostErrno)
      error("ops.cgroup_prep_move() returned an invalid errno %d", err);
    return false;
  }
  return true;
}

// It is in the other one when the policy hears of it (sched_move_task()).
void Kernel::finish_move(Task& p, Cgroup& to) {
  Cgroup& from = *std::exchange(p.cgroup, &to);
  if (ops_.cgroup_move)
    call(ops_.cgroup_move, "cgroup_move", May::nothing, &p, to.kn->id, word(&p), word(&from),
         word(&to));
}

// One file after the other; of an idle one the kernel takes no weight.
void Kernel::change_group(Cgroup& group, const CgroupSettings& to) {
  if (to.idle == false) set_group_idle(group, false);
  if (to.weight && !group.idle) set_group_weight(group, *to.weight);
  if (to.period_us || to.quota_us || to.burst_us) set_group_bandwidth(group, to);
  if (to.idle == true) set_group_idle(group, true);
}

// The policy hears of a change before it is one (scx_group_set_weight()).
void Kernel::set_group_weight(Cgroup& group, u32 weight) {
  if (group.weight() != weight && ops_.cgroup_set_weight)
    call(ops_.cgroup_set_weight, "cgroup_set_weight", May::nothing, nullptr, weight, word(&group),
         weight);
  group.weight() = weight;
}

void Kernel::set_group_bandwidth(Cgroup& group, const CgroupSettings& to) {
  const u64 period = to.period_us.value_or(group.period_us);
  const u64 quota = to.quota_us.value_or(group.quota_us);
  const u64 burst = to.burst_us.value_or(group.burst_us);
  // the kernel refuses it; without a quota any will do
  if (burst > quota) return;
  if (period == group.period_us && quota == group.quota_us && burst == group.burst_us) return;
  if (ops_.cgroup_set_bandwidth)
    call(ops_.cgroup_set_bandwidth, "cgroup_set_bandwidth", May::nothing, nullptr, quota,
         word(&group), period, quota, burst);
  group.period_us = period;
  group.quota_us = quota;
  group.burst_us = burst;
}

// The kernel tells of each write, be it of what is there already (scx_group_set_idle()).
void Kernel::set_group_idle(Cgroup& group, bool idle) {
  if (ops_.cgroup_set_idle)
    call(ops_.cgroup_set_idle, "cgroup_set_idle", May::nothing, nullptr, idle, word(&group), idle);
  group.idle = idle;
}

}  // namespace scx::sim
