// SPDX-License-Identifier: GPL-2.0-only
//
// The simulated kernel: sched_ext in the cid form, as kernel/sched/ext.c has it in 7.2 and 7.3,
// without what surrounds it (locks).
//
// One thing happens at a time. An event is handled in the context of a CPU (Context); what the
// kernel puts off until it may be done (rescheduling, kicks, moves to other CPUs) is put off here
// too, until the event has been handled, settle().
//
// kernel.cc: events, time, the end. kernel_calls.cc: what the policy calls. enqueue.cc: a task into
// queues and out of them. schedule.cc: a CPU takes its next task. run.cc: tasks run their programs.
// classes.cc: real-time tasks. migration.cc: tasks that must not migrate. hotplug.cc: CPUs go
// offline and come back. cgroups.cc: cgroups, and tasks that move between them. restart.cc: the
// policy goes, and is started anew. invariants.cc: what must be true.
//
// A cid in here is that of the start. A policy that is started anew has others where other CPUs are
// online then: to_policy() and from_policy() are between the two.
#pragma once

#include <bit>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cgroup.h"
#include "events.h"
#include "random.h"
#include "scx/framework/runner.h"
#include "scx/sim/kernel.h"
#include "scx/sim/simulation.h"
#include "stopwatch.h"
#include "task.h"

namespace scx::sim {

struct Cpu {
  explicit Cpu(s32 at) : cid(at), local(SIM_DSQ_LOCAL, at) {}

  const s32 cid;
  bool online = false;
  Task idle;             // what runs when nothing does
  Task* curr = nullptr;  // null: idle
  Dsq local;
  std::vector<Task*> real_time;  // who waits, in the order in which they came
  bool in_balance = false;
  bool must_schedule = false;
  bool told_to_schedule = false;  // an event is on its way
  bool ticking = false;
  s32 chosen = 0;                     // where whoever ran here sent a task last, by next_allowed()
  u64 idle_since = 0;                 // while it is
  u64 looked_at = 0;                  // when the running task was charged last
  u64 run_stamp = 0;                  // of the planned end of its operation
  u32 capacity = 1024, level = 1024;  // of 1024: what it can do, and what the policy asks for
  u64 speed = 1024;                   // of the running task, since it was charged last
  s32 core_first = -1, core_nr = 0, llc = -1, node = -1;
};

// The slice of a task while there is no policy: about that of the kernel's own scheduler.
constexpr u64 kPlainSliceNs = 3'000'000;
// What the dispatch buffer takes where the policy asks for nothing else.
constexpr std::size_t kDispatchBatch = 32;
// prio of a real-time task in the middle of their range.
constexpr int kRealTimePrio = 49;
// The pid of the first task, and its tid.
constexpr s32 kFirstPid = 1000;

// What the kernel's core says when it takes a task out of its queues to change it, and puts it
// back.
constexpr u64 kDequeueSave = 2, kEnqueueRestore = 2;

// Of ops.flags.
constexpr u64 kEnqLast = 1 << 1, kEnqExiting = 1 << 2, kEnqMigrationDisabled = 1 << 4;

class Kernel {
 public:
  Kernel(const Machine& machine, Policy& policy, const Workload& workload,
         const SimulationOptions& options);

  // Errors: as simulate().
  Status prepare();
  Outcome run();

 private:
  friend struct Calls;

  // In whose name the policy is called.
  enum class May : std::uint8_t { nothing, select, enqueue, dispatch, move };
  struct Context {
    s32 cid = 0;
    task_struct* task = nullptr;
    u32 preempt_count = 0;
    May may = May::nothing;
    Task* direct_task = nullptr;  // the one that may be dispatched directly
    bool directly_done = false;
  };

  // While it lives, a direct dispatch is for this task.
  class DirectlyFor {
   public:
    DirectlyFor(Context& context, Task& p)
        : context_(context), task_(context.direct_task), done_(context.directly_done) {
      context.direct_task = &p;
      context.directly_done = false;
    }
    DirectlyFor(const DirectlyFor&) = delete;
    DirectlyFor& operator=(const DirectlyFor&) = delete;
    ~DirectlyFor() {
      context_.direct_task = task_;
      context_.directly_done = done_;
    }

   private:
    Context& context_;
    Task* task_;
    bool done_;
  };

  // While it lives, the host's time is the policy's.
  class PolicysTurn {
   public:
    PolicysTurn(Kernel& kernel, const char* op)
        : stopwatch_(kernel.options_.measure ? &kernel.stopwatch_ : nullptr) {
      if (!stopwatch_) return;
      turn_.op = stopwatch_->op(op);
      before_ = stopwatch_->turn_to(&turn_);
    }
    PolicysTurn(const PolicysTurn&) = delete;
    PolicysTurn& operator=(const PolicysTurn&) = delete;
    ~PolicysTurn() {
      if (!stopwatch_) return;
      stopwatch_->turn_to(before_);
      stopwatch_->over(turn_);
    }

   private:
    Stopwatch* stopwatch_;
    Stopwatch::Turn turn_{};
    Stopwatch::Turn* before_ = nullptr;
  };

  // What the task that a CPU had is to a CPU that schedules.
  enum class Before : std::uint8_t { runs, asleep, gone };

  struct Dispatched {
    Task* task;
    u64 enqueue_nr, dsq_id, enq_flags;
  };
  struct Moving {
    Task* task;
    Dsq* to;
    u64 enq_flags;
  };
  struct Change {
    Task* task;  // null: of the machine, or of all tasks of a kind at once
    const Op* op;
  };
  struct Kick {
    s32 from, cid;
    u64 flags;
  };
  struct Timer {
    u64* words;
    void* map;
    int (*callback)(void*, u32*, void*);
    s32 cid = 0;
    u64 stamp = 0;
    bool armed = false;
  };
  struct Array {
    const void* map;
    u32 value_size;
    std::vector<std::byte> bytes;
  };
  struct Semaphore {
    u64 count = 0;
    std::deque<Task*> waiting;  // first come, first served
  };
  struct Mutex {
    Task* owner = nullptr;
    std::deque<Task*> waiting;
  };
  struct Iteration {
    Dsq* dsq;
    bool reverse, started = false;
    Dsq::Key at = {};
    s64 newest;  // what is younger it does not see
    std::optional<u64> slice, vtime;
  };

  // kernel.cc
  void make_cpus();
  Status make_tasks();
  Status check_cpus(Task& probe, const Op& op);
  Task& make_task(int kind_index);
  const Allowed& allowed(const CpuSet* cpus);
  template <typename Contains>
  Allowed allowed_if(Contains&& contains) const;
  void use(Task& p, const Allowed& cpus);
  Status set_allowed(Task& p, const CpuSet* cpus);
  void attach();
  void load();
  void handle(const Event& event);
  void settle();
  void watchdog();
  void start_counting();
  void finish();
  void tell_exit();
  Outcome outcome();
  void end(End why, s64 code, std::string message);
  [[gnu::format(printf, 2, 3)]] void error(const char* format, ...);
  bool ended() const { return end_.has_value(); }
  void fire_timer(u32 index, u64 stamp);
  Distance distance(s32 a, s32 b) const;
  u64 refill(Distance far) const;

  // Calls one of the policy's callbacks with `args` as words; `flags` are for who watches.
  // Requires: the policy has it.
  template <typename Callback, typename... Args>
  auto call(Callback* op, const char* name, May may, Task* p, u64 flags, Args... args);

  // invariants.cc
  void audit();
  void audit_task(const Task& p);
  void audit_cpu(const Cpu& cpu);
  void audit_dsq(const Dsq& dsq, std::size_t held);
  void check_vtime(const Task& p);
  void check_span(const Dsq& dsq);
  void check_order(const Cpu& cpu, const Dsq& dsq, const Task& taken);
  void check_conserved();
  void not_conserved(const Task& p, const Cpu& idle);

  // enqueue.cc
  bool valid(s32 cid, const char* where);
  Dsq* user_dsq(u64 id);
  Dsq& dsq_for(u64 id, Task& p, s32 here);
  void enqueue_task(Task& p, u64 enq_flags);
  void do_enqueue(Task& p, u64 enq_flags);
  void carry_out_direct(Task& p, u64 enq_flags);
  void into(Dsq& dsq, Task& p, u64 enq_flags, bool by_vtime);
  void into_local(Cpu& cpu, Task& p, u64 enq_flags);
  void to_local_dsq(Dsq& dsq, Task& p, u64 enq_flags);
  void dequeue_task(Task& p, u64 deq_flags);
  void leave_custody(Task& p, u64 deq_flags);
  bool may_move_to(Task& p, const Cpu& cpu, bool enforce);
  bool consume(Cpu& cpu, Dsq& dsq, u64 enq_flags);
  void flush_dispatched();
  bool insert(Task& p, const scx_sim_insert& how);
  void enqueue_again(Dsq& dsq);
  void enqueue_again(Task& p, u32 reason);
  void change(Task& p, const std::function<void()>& how);
  void enqueue_anew(Task& p, u64 deq_flags, u64 enq_flags, const std::function<void()>& between);
  void change_cpus(Task& p, const CpuSet& cpus);
  void tell_cpus(Task& p);
  void leave_if_not_allowed(Task& p);
  void move_waiting(Task& p, s32 to);
  void take_out(Task& p);
  void change_nice(Task& p, int nice);
  void migrate(Cpu& cpu, Task& p, s32 to);
  std::vector<Task*> living(int kind_index);
  void change_others(int kind_index, const Op& op);
  void change_machine(const Op& op);
  void carry_out(const Change& change);

  // classes.cc
  void enable_task(Task& p);
  void disable_task(Task& p);
  void set_class(Task& p, bool real_time);
  void change_class(Task& p, bool real_time);
  void leave_policy(Task& p);
  void come_to_policy(Task& p);
  void begin_under_policy(Task& p, bool waits);
  void release(Task& p);
  s32 select_real_time(Task& p);
  void wait_real_time(Task& p);
  void move_real_time(Task& p, s32 to);

  // migration.cc
  const Allowed& only(s32 cid);
  void migrate_disable(Task& p);
  bool migrate_enable(Cpu& cpu, Task& p);  // false: the task no longer runs here
  void pin(Task& p);
  bool refuse_pinned(Task& p, s32 cid, bool enforce);

  // hotplug.cc
  void switch_cpus(const CpuSet& cpus, bool online);
  void take_off(Cpu& cpu);
  void bring_on(Cpu& cpu);
  void tell_of_hotplug(Cpu& cpu, bool online);
  void now_online(Cpu& cpu, bool online);
  void evict(Cpu& cpu);
  void find_everywhere(Allowed& of) const;
  bool any_online(const Allowed& cpus) const;
  s32 first_online() const;
  s32 any_allowed(const Task& p) const;  // of those that are online; -1: there is none
  s32 next_allowed(const Task& p);
  s32 destination(Task& p);
  void widen(Task& p);

  // restart.cc
  bool attached() const { return attached_at_ != kNever; }
  u64 lasted(u64 since) const;
  s32 to_policy(s32 cid) const;
  s32 from_policy(s32 cid) const;  // requires: valid()
  void renumber(const CidMap& cids);
  void detach();
  void take_from_policy(Task& p);
  void forget_policy();
  void attach_anew();
  void wake_idle(const Task& p);

  // cgroups.cc
  Status make_cgroups();
  Status name_cgroup(const std::string& path, const std::string& where, bool has_settings);
  Cgroup& make_cgroup(const std::string& path);
  Cgroup& cgroup_at(const std::string& path);
  void init_cgroups(Cgroup& group);
  void exit_cgroups(Cgroup& group);
  void move_to_cgroup(const std::vector<Task*>& tasks, Cgroup& to);
  bool prepare_moves(const std::vector<Task*>& tasks, Cgroup& to);
  void finish_move(Task& p, Cgroup& to);
  void change_group(Cgroup& group, const CgroupSettings& to);
  void set_group_weight(Cgroup& group, u32 weight);
  void set_group_bandwidth(Cgroup& group, const CgroupSettings& to);
  void set_group_idle(Cgroup& group, bool idle);

  // schedule.cc
  void wake(Task& p, u64 wake_flags);
  s32 select(Task& p, u64 wake_flags, bool& asked);
  bool init_task(Task& p, bool is_new);
  void start(Task& p);
  void exit_task(Cpu& cpu, Task& p);
  void block(Cpu& cpu, Task& p);
  void schedule(Cpu& cpu, Before before = Before::runs);
  Task* pick(Cpu& cpu, Task* prev, bool prev_queued);
  bool balance(Cpu& cpu, Task* prev, bool prev_queued);
  void put_prev(Cpu& cpu, Task& prev, const Task* next);
  void take_local(Cpu& cpu, Task& next);
  void set_next(Cpu& cpu, Task& next);
  void go_idle(Cpu& cpu);
  void reschedule(Cpu& cpu);
  void reschedule_after(Cpu& cpu, u64 ns);
  void kick(const Kick& kick);
  void tick(Cpu& cpu);

  // run.cc
  void charge(Cpu& cpu);
  void plan_end(Cpu& cpu);
  void overhead(Cpu& cpu, u64 ns);
  u32 perf(const Cpu& cpu) const;
  u64 speed(const Cpu& cpu) const;
  void siblings_changed(const Cpu& cpu);
  void run_over(Cpu& cpu);
  void advance(Cpu& cpu, Task& p);
  bool step(Cpu& cpu, Task& p, const Op& op);  // false: the task no longer runs
  const Op* next_op(Task& p);
  void sleep(Cpu& cpu, Task& p, u64 until);
  bool take(Cpu& cpu, Task& p, int semaphore);
  void post(Cpu& cpu, int semaphore, bool sync);
  bool take_mutex(Cpu& cpu, Task& p, int mutex);
  void give_mutex(Cpu& cpu, Task& p, int mutex);
  u64 draw(const Span& span) { return random_.between(span.min_ns, span.max_ns); }
  void account_waiting();
  void count_waiting(const Task& p, int by);
  void now_ready(Task& p);
  void no_longer_ready(Task& p);

  Cpu& cpu(s32 cid) { return *cpus_[static_cast<std::size_t>(cid)]; }
  // For whoever observes.
  void observe(const Dsq& dsq) {
    if (options_.observer) options_.observer->queued({now_, dsq.id, dsq.cid, dsq.size()});
  }
  void observe_stop(const Cpu& cpu, const Task& p, Observer::Why why) {
    if (options_.observer) options_.observer->stopped({now_, cpu.cid, {p.pid, p.kind_index}, why});
  }

  Counts& counts(const Task& p) { return kinds_[static_cast<std::size_t>(p.kind_index)].counts; }

  const Machine& machine_;
  Policy& policy_;
  OpsTable ops_;  // none while there is no policy
  const Workload& workload_;
  const SimulationOptions& options_;
  const Costs& costs_;
  Random random_;         // the workload's
  Random policy_random_;  // the policy's: so that another policy sees the same workload

  u64 now_ = 0;
  u64 measured_from_ = 0;
  u64 tick_ns_ = 0;
  s32 nr_online_ = 0;
  std::vector<u64> online_;  // cids
  // Who attaches the policy; who moves tasks between CPUs; who takes CPUs offline.
  Task loader_, stopper_, hotplug_;
  Events events_;
  std::vector<std::unique_ptr<Cpu>> cpus_;    // by cid
  std::map<const CpuSet*, Allowed> allowed_;  // by where the workload has the set; null: all
  std::map<s32, Allowed> only_;               // one cid each, of tasks that must not migrate
  std::vector<std::unique_ptr<Task>> tasks_;
  std::unordered_map<u64, std::unique_ptr<Dsq>> user_dsqs_;
  Dsq global_{SIM_DSQ_GLOBAL};
  std::vector<Semaphore> semaphores_;
  std::vector<Mutex> mutexes_;
  std::vector<Timer> timers_;
  std::vector<Array> arrays_;
  std::vector<u64> kernel_cmask_;                 // what set_cmask hands over
  std::vector<std::unique_ptr<Cgroup>> cgroups_;  // the root first, parents before children
  std::map<std::string, Cgroup*> cgroup_at_;      // by path
  Cgroup* root_ = nullptr;

  Context context_;
  std::vector<Dispatched> dispatched_;
  std::size_t max_batch_ = kDispatchBatch;
  int nr_flushed_ = 0;  // by this dispatch
  // Put off until the event is handled.
  std::vector<s32> must_schedule_;
  std::vector<Kick> kicks_;
  std::vector<Moving> moving_;
  std::vector<Change> changes_;  // of tasks by others
  std::vector<Dsq*> reenqueue_;
  std::vector<Task*> reenqueue_tasks_;

  struct Ended {
    End why;
    s64 code;
    std::string message;
  };
  std::optional<Ended> end_;
  u64 watchdog_ns_ = 0;

  // The policy's starts.
  u64 attached_at_ = 0;  // kNever: there is no policy
  Backoff backoff_;
  CidMap policys_cids_;
  std::vector<s32> to_policy_, from_policy_;  // empty where the two are the same

  // Statistics.
  std::vector<KindOutcome> kinds_;
  u64 nr_events_ = 0, nr_decisions_ = 0, nr_restarts_ = 0;
  u64 idle_ns_ = 0, idle_waiting_ns_ = 0, counted_at_ = 0;
  s64 nr_idle_ = 0, nr_waiting_ = 0;
  std::vector<std::string> printed_;
  Stopwatch stopwatch_;  // stands still unless the costs are to be measured
};

// The table of what a policy may call; its first argument is a Kernel. `measured`: with the
// stopwatch.
const scx_sim_calls& kernel_calls(bool measured);

// printf's %d, %u, %x, %s, %c, %p with their lengths, the arguments 8 bytes each, as BPF has them.
std::string format_words(const char* format, const u64* words, u32 bytes);

// `contains`: of which cids, by their CPUs.
template <typename Contains>
Allowed Kernel::allowed_if(Contains&& contains) const {
  Allowed made;
  const std::size_t nr = cpus_.size();
  made.cids.assign((nr + 63) / 64, 0);
  made.cpus.assign((machine_.cids.cpu_to_cid().size() + 63) / 64, 0);
  for (std::size_t at = 0; at < nr; ++at) {
    const CpuId cpu = machine_.cids.cpu(Cid{static_cast<s32>(at)});
    if (!contains(static_cast<s32>(at), cpu)) continue;
    made.cids[at / 64] |= 1ull << (at % 64);
    made.cpus[cpu.index() / 64] |= 1ull << (cpu.index() % 64);
    ++made.nr;
  }
  find_everywhere(made);
  return made;
}

template <typename Callback, typename... Args>
auto Kernel::call(Callback* op, const char* name, May may, Task* p, u64 flags, Args... args) {
  using Result = decltype(op(nullptr));
  ++nr_decisions_;
  if (options_.watch)
    options_.watch({now_, name, context_.cid, p ? p->comm : nullptr, p ? p->pid : 0, flags});
  unsigned long long words[] = {static_cast<unsigned long long>(args)..., 0};
  const May before = context_.may;
  context_.may = may;
  const PolicysTurn turn(*this, name);
  if constexpr (std::is_void_v<Result>) {
    op(words);
    context_.may = before;
  } else {
    const Result result = op(words);
    context_.may = before;
    return result;
  }
}

// What a callback gets for a task, and for other structures.
inline u64 word(const task_struct* p) { return reinterpret_cast<u64>(p); }
inline u64 word(const void* p) { return reinterpret_cast<u64>(p); }

}  // namespace scx::sim
