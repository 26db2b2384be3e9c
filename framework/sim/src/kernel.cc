// SPDX-License-Identifier: GPL-2.0-only
#include "kernel.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace scx::sim {
namespace {

constexpr u64 kMs = 1'000'000;
// The kernel's watchdog where the policy asks for no other, and the longest it may ask for.
constexpr u64 kWatchdogNs = 30'000 * kMs;
// So many events at one point in time: nothing will ever pass it.
constexpr u64 kMostAtOnce = 10'000'000;

// How the exit callback is told; the texts are the kernel's.
struct ExitText {
  scx_exit_kind kind;
  const char* reason;
};
ExitText text_of(End end) {
  switch (end) {
    case End::policy:
      return {SCX_EXIT_UNREG_BPF, "unregistered from BPF"};
    case End::hotplug:
      return {SCX_EXIT_UNREG_KERN, "unregistered from the main kernel"};
    case End::error:
      return {SCX_EXIT_ERROR, "runtime error"};
    case End::stall:
      return {SCX_EXIT_ERROR_STALL, "runnable task stall"};
    case End::finished:
      break;
  }
  return {SCX_EXIT_UNREG, "unregistered from user space"};
}

void name_task(Task& p, const std::string& name) {
  std::snprintf(p.comm, sizeof(p.comm), "%s", name.c_str());
}

}  // namespace

Kernel::Kernel(const Machine& machine, Policy& policy, const Workload& workload,
               const SimulationOptions& options)
    : machine_(machine),
      policy_(policy),
      ops_(policy.ops()),
      workload_(workload),
      options_(options),
      costs_(options.costs),
      random_(options.seed),
      policy_random_(options.seed ^ 0x5bd1e995),
      policys_cids_(machine.cids) {}

void Kernel::make_cpus() {
  const CidMap& cids = machine_.cids;
  nr_online_ = cids.online().count;
  online_.resize((static_cast<std::size_t>(cids.nr_cids()) + 63) / 64);
  for (s32 at = 0; at < cids.nr_cids(); ++at) {
    Cpu& cpu = *cpus_.emplace_back(std::make_unique<Cpu>(at));
    name_task(cpu.idle, fmt::format("swapper/{}", at));
    cpu.online = at < nr_online_;
    if (cpu.online) online_[static_cast<std::size_t>(at) / 64] |= 1ull << (at % 64);
    const CoreId core = cids.core(Cid{at});
    if (!cpu.online || !core.valid()) continue;
    const CidRange threads = cids.cores()[core.index()];
    cpu.core_first = threads.first.value();
    cpu.core_nr = threads.count;
    cpu.llc = cids.llc(Cid{at}).value();
    cpu.node = cids.node_unit(Cid{at});
    cpu.capacity = std::max(machine_.topology.at(cids.cpu(Cid{at})).capacity, 1u);
  }
  nr_idle_ = nr_online_;
}

// Found once for each set that the workload names, or 50,000 tasks would go over 8,192 CPUs each.
const Allowed& Kernel::allowed(const CpuSet* cpus) {
  const auto [found, is_new] = allowed_.try_emplace(cpus);
  if (is_new)
    found->second = allowed_if([&](s32, CpuId cpu) { return !cpus || cpus->contains(cpu); });
  return found->second;
}

void Kernel::use(Task& p, const Allowed& cpus) {
  count_waiting(p, -1);
  p.allowed = &cpus;
  p.allowed_since = now_;
  p.cpus_ptr = reinterpret_cast<const cpumask_t*>(cpus.cpus.data());
  count_waiting(p, 1);
}

Status Kernel::set_allowed(Task& p, const CpuSet* cpus) {
  p.affinity = &allowed(cpus);
  p.nr_cpus_allowed = p.affinity->nr;
  if (!p.pinned) use(p, *p.affinity);
  if (!cpus || cpus->intersects(machine_.topology.online())) return {};
  return fail(ErrorKind::invalid,
              fmt::format("none of the CPUs {} of {} is online on this machine", to_cpu_list(*cpus),
                          p.kind->name),
              fmt::format("online are {}", to_cpu_list(machine_.topology.online())));
}

Task& Kernel::make_task(int kind_index) {
  Task& p = *tasks_.emplace_back(std::make_unique<Task>());
  p.kind_index = kind_index;
  p.kind = &workload_.kinds[static_cast<std::size_t>(kind_index)];
  p.pid = p.tgid = kFirstPid + static_cast<s32>(tasks_.size()) - 1;
  p.scx.tid = static_cast<u64>(p.pid);
  p.static_prio = 120 + p.kind->nice;
  set_class(p, p.kind->real_time);
  p.real_parent = &loader_;
  p.group_leader = &p;
  p.mm = reinterpret_cast<mm_struct*>(&p);  // not null: no kernel thread
  p.cgroup = p.kind->group.empty() ? root_ : &cgroup_at(p.kind->group);
  name_task(p, p.kind->name);
  // prepare() has seen that they fit
  static_cast<void>(set_allowed(p, p.kind->cpus ? &*p.kind->cpus : nullptr));
  return p;
}

// The CPUs that an operation names are on this machine.
Status Kernel::check_cpus(Task& probe, const Op& op) {
  if (op.kind == Op::Kind::set_cpus) return set_allowed(probe, &op.cpus);
  if (op.kind != Op::Kind::cpu_off && op.kind != Op::Kind::cpu_on) return {};
  for (const CpuId cpu : op.cpus)
    if (!machine_.cids.cid(cpu).valid())
      return fail(
          ErrorKind::invalid,
          fmt::format("CPU {}, which {} takes {}, is not on this machine", cpu.value(),
                      probe.kind->name, op.kind == Op::Kind::cpu_on ? "online" : "offline"));
  return {};
}

Status Kernel::make_tasks() {
  Task probe;
  for (const TaskKind& kind : workload_.kinds) {
    probe.kind = &kind;
    SCX_TRY(set_allowed(probe, kind.cpus ? &*kind.cpus : nullptr));
    for (const Phase& phase : kind.phases)
      for (const Op& op : phase.ops) SCX_TRY(check_cpus(probe, op));
  }
  for (std::size_t i = 0; i < workload_.kinds.size(); ++i) {
    const TaskKind& kind = workload_.kinds[i];
    kinds_.push_back({kind.name, 0, weight_of(kind.nice), {}});
    for (int n = 0; n < kind.count; ++n) {
      Task& p = make_task(static_cast<int>(i));
      p.cid = static_cast<s32>((tasks_.size() - 1) % static_cast<std::size_t>(nr_online_));
    }
  }
  return {};
}

Status Kernel::prepare() {
  make_cpus();
  semaphores_.resize(static_cast<std::size_t>(workload_.nr_semaphores));
  mutexes_.resize(static_cast<std::size_t>(workload_.nr_mutexes));
  tick_ns_ = 1'000'000'000 / costs_.hz;
  loader_.pid = loader_.tgid = 1;
  name_task(loader_, "loader");
  stopper_.pid = stopper_.tgid = 2;
  stopper_.flags = SIM_PF_KTHREAD;
  name_task(stopper_, "migration");
  hotplug_.pid = hotplug_.tgid = 3;
  hotplug_.flags = SIM_PF_KTHREAD;
  name_task(hotplug_, "cpuhp");
  SCX_TRY(make_cgroups());
  return make_tasks();
}

// The policy's own beginning.
void Kernel::load() {
  watchdog_ns_ = ops_.timeout_ms ? ops_.timeout_ms * kMs : kWatchdogNs;
  max_batch_ = ops_.dispatch_max_batch ? ops_.dispatch_max_batch : kDispatchBatch;
  context_ = {first_online(), &loader_, 0, May::nothing, nullptr, false};
  if (ops_.init_cids) {
    const s32 err = call(ops_.init_cids, "init_cids", May::nothing, nullptr, 0);
    if (err && !ended()) error("ops.init_cids() failed (%d)", err);
  }
  if (ended()) return;
  if (ops_.init) {
    const s32 err = call(ops_.init, "init", May::nothing, nullptr, 0);
    if (err && !ended()) error("ops.init() failed (%d)", err);
  }
  if (!ended()) init_cgroups(*root_);
}

// The policy is attached to a machine on which nothing runs yet.
void Kernel::attach() {
  load();
  if (ended()) return;
  // the kernel has every CPU schedule once the policy is there
  for (s32 cid = 0; cid < nr_online_; ++cid) {
    cpu(cid).told_to_schedule = true;
    events_.plan(0, Event::Kind::reschedule, static_cast<u32>(cid));
  }
  for (u32 at = 0; at < tasks_.size(); ++at)
    events_.plan(tasks_[at]->kind->start_ns, Event::Kind::start, at);
  events_.plan(watchdog_ns_ / 2, Event::Kind::watchdog, 0);
  if (options_.conserve_ns) events_.plan(options_.conserve_ns, Event::Kind::conserve, 0);
  measured_from_ = workload_.warmup_ns;
  if (measured_from_) events_.plan(measured_from_, Event::Kind::measure, 0);
}

void Kernel::handle(const Event& event) {
  const s32 target = static_cast<s32>(event.target);
  const auto on = [this](s32 cid, u32 preempt_count) -> Cpu& {
    Cpu& here = cpu(cid);
    context_ = {cid,  here.curr ? here.curr : &here.idle, preempt_count, May::nothing, nullptr,
                false};
    return here;
  };
  switch (event.kind) {
    case Event::Kind::run_over:
      if (event.stamp == cpu(target).run_stamp) run_over(on(target, 0));
      break;
    case Event::Kind::tick:
      tick(on(target, SIM_IN_HARDIRQ));
      break;
    case Event::Kind::reschedule:
      if (cpu(target).told_to_schedule) schedule(on(target, 0));
      break;
    case Event::Kind::wake: {
      Task& p = *tasks_[event.target];
      // a CPU that goes offline leaves its timers to another
      const s32 here = cpu(p.cid).online ? p.cid : first_online();
      overhead(on(here, SIM_IN_HARDIRQ), costs_.interrupt_ns);
      wake(p, SIM_WAKE_TTWU);
      break;
    }
    case Event::Kind::timer:
      fire_timer(event.target, event.stamp);
      break;
    case Event::Kind::start: {
      Task& p = *tasks_[event.target];
      if (!cpu(p.cid).online) p.cid = first_online();
      on(p.cid, 0);
      context_.task = &loader_;
      start(p);
      break;
    }
    case Event::Kind::watchdog:
      watchdog();
      break;
    case Event::Kind::conserve:
      check_conserved();
      break;
    case Event::Kind::measure:
      start_counting();
      break;
    case Event::Kind::attach:
      attach_anew();
      break;
  }
}

// What was put off while the event was handled, in the order in which the kernel gets to it.
void Kernel::settle() {
  while (!ended()) {
    if (!moving_.empty()) {
      const Moving move = moving_.front();
      moving_.erase(moving_.begin());
      to_local_dsq(*move.to, *move.task, move.enq_flags);
    } else if (!reenqueue_tasks_.empty()) {
      Task& p = *reenqueue_tasks_.front();
      reenqueue_tasks_.erase(reenqueue_tasks_.begin());
      if (p.dsq && p.dsq->local()) enqueue_again(p, SIM_TASK_REENQ_IMMED);
    } else if (!reenqueue_.empty()) {
      Dsq& dsq = *reenqueue_.front();
      reenqueue_.erase(reenqueue_.begin());
      enqueue_again(dsq);
    } else if (!changes_.empty()) {
      const Change change = changes_.front();
      changes_.erase(changes_.begin());
      carry_out(change);
    } else if (!kicks_.empty()) {
      const Kick one = kicks_.front();
      kicks_.erase(kicks_.begin());
      kick(one);
    } else if (!must_schedule_.empty()) {
      Cpu& here = cpu(must_schedule_.back());
      must_schedule_.pop_back();
      if (!here.must_schedule) continue;
      context_.cid = here.cid;
      context_.preempt_count = 0;
      schedule(here);
    } else {
      break;
    }
  }
}

void Kernel::watchdog() {
  for (const auto& p : tasks_) {
    const u64 waited = lasted(p->ready_since);
    if (!p->waits || p->real_time) continue;
    if (options_.starvation_ns && waited > options_.starvation_ns)
      return error("invariant: %s[%d] has been ready to run for %llu ms", p->comm, p->pid,
                   static_cast<unsigned long long>(waited / kMs));
    if (waited > watchdog_ns_)
      return end(End::stall, 0,
                 fmt::format("{}[{}] failed to run for {}.{:03}s", p->comm, p->pid,
                             waited / (1000 * kMs), waited / kMs % 1000));
  }
  events_.plan(now_ + watchdog_ns_ / 2, Event::Kind::watchdog, 0);
}

void Kernel::start_counting() {
  account_waiting();
  idle_ns_ = idle_waiting_ns_ = 0;
  for (const auto& cpu : cpus_) {
    if (!cpu->curr) continue;
    charge(*cpu);
    plan_end(*cpu);
  }
  for (KindOutcome& kind : kinds_) kind.counts = {};
  for (const auto& p : tasks_) {
    p->run_ns = 0;
    if (p->woke_at != kNever) p->woke_at = kNever;
  }
  if (options_.measure) stopwatch_.start(policy_.blocks());
  if (options_.observer) options_.observer->counting(now_);
}

void Kernel::end(End why, s64 code, std::string message) {
  if (!end_) end_ = {why, code, std::move(message)};
}

void Kernel::error(const char* format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  std::vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  end(End::error, 0, text);
}

Distance Kernel::distance(s32 a, s32 b) const {
  const Cpu &one = *cpus_[static_cast<std::size_t>(a)],
            &other = *cpus_[static_cast<std::size_t>(b)];
  // of a CPU that was offline at the start nobody knows where it is
  if (one.core_first < 0 || other.core_first < 0) return Distance::far;
  if (one.core_first == other.core_first) return Distance::core;
  if (one.llc == other.llc) return Distance::llc;
  return one.node == other.node ? Distance::node : Distance::far;
}

u64 Kernel::refill(Distance far) const {
  switch (far) {
    case Distance::core:
      return costs_.refill_core_ns;
    case Distance::llc:
      return costs_.refill_llc_ns;
    case Distance::node:
      return costs_.refill_node_ns;
    case Distance::far:
      break;
  }
  return costs_.refill_far_ns;
}

void Kernel::fire_timer(u32 index, u64 stamp) {
  if (!timers_[index].armed || timers_[index].stamp != stamp) return;
  timers_[index].armed = false;
  const Timer timer = timers_[index];
  for (Array& array : arrays_) {
    const std::byte* const at = reinterpret_cast<std::byte*>(timer.words);
    if (array.map != timer.map || at < array.bytes.data() ||
        at >= array.bytes.data() + array.bytes.size())
      continue;
    u32 key = static_cast<u32>(at - array.bytes.data()) / array.value_size;
    Cpu& here = cpu(cpu(timer.cid).online ? timer.cid : first_online());
    overhead(here, costs_.interrupt_ns);
    context_ = {here.cid, here.curr ? here.curr : &here.idle, SIM_IN_SOFTIRQ, May::move, nullptr,
                false};
    ++nr_decisions_;
    const PolicysTurn turn(*this, "timer");
    timer.callback(timer.map, &key, array.bytes.data() + std::size_t{key} * array.value_size);
    return;
  }
}

// The policy lets go of the tasks, and is told that it is over.
void Kernel::finish() {
  account_waiting();
  for (const auto& cpu : cpus_) charge(*cpu);
  if (options_.observer) options_.observer->ended(now_);
  context_ = {0, &loader_, 0, May::nothing, nullptr, false};
  exit_cgroups(*root_);
  for (const auto& p : tasks_) {
    if (p->lives()) release(*p);
  }
  tell_exit();
}

void Kernel::tell_exit() {
  if (!ops_.exit) return;
  const ExitText text = text_of(end_ ? end_->why : End::finished);
  std::string message = end_ ? end_->message : "";
  char none[1] = "";
  scx_exit_info info{text.kind, end_ ? end_->code : 0, text.reason, nullptr,
                     0,         message.data(),        none};
  call(ops_.exit, "exit", May::nothing, nullptr, 0, word(&info));
}

Outcome Kernel::run() {
  if (options_.measure) stopwatch_.start(policy_.blocks());
  attach();
  u64 at_once = 0;
  while (!ended() && !events_.empty() && events_.next().at_ns < workload_.duration_ns) {
    const Event event = events_.next();
    events_.pop();
    at_once = event.at_ns == now_ ? at_once + 1 : 0;
    if (at_once > kMostAtOnce) error("nothing passes this point in time: events lead to events");
    now_ = event.at_ns;
    ++nr_events_;
    handle(event);
    settle();
    if (options_.audit && !ended()) audit();
  }
  if (!ended()) now_ = workload_.duration_ns;
  finish();
  return outcome();
}

Outcome Kernel::outcome() {
  Outcome result;
  if (end_) {
    result.end = end_->why;
    result.exit_code = end_->code;
    result.message = end_->message;
  }
  result.end_ns = now_;
  result.measured_ns = now_ - std::min(now_, measured_from_);
  result.nr_events = nr_events_;
  result.nr_decisions = nr_decisions_;
  result.nr_restarts = nr_restarts_;
  result.idle_ns = idle_ns_;
  result.idle_while_waiting_ns = idle_waiting_ns_;
  result.printed = std::move(printed_);
  if (options_.measure) {
    stopwatch_.turn_to(nullptr);
    result.ops = stopwatch_.ops();
    result.engine_host_ns = stopwatch_.engine_ns();
  }
  for (const auto& p : tasks_) {
    if (p->where == Where::new_task) continue;
    Counts own;
    own.run_ns = own.least_run_ns = own.most_run_ns = p->run_ns;
    if (p->waits) own.longest_wait_ns = now_ - p->ready_since;
    counts(*p).add(own);
  }
  for (const KindOutcome& kind : kinds_) result.all.add(kind.counts);
  result.kinds = std::move(kinds_);
  return result;
}

Result<Outcome> simulate(const Machine& machine, Policy& policy, const Workload& workload,
                         const SimulationOptions& options) {
  Kernel kernel(machine, policy, workload, options);
  policy.link(kernel_calls(options.measure), &kernel);
  SCX_TRY(kernel.prepare());
  return kernel.run();
}

}  // namespace scx::sim
