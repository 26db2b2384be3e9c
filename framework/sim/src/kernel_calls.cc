// SPDX-License-Identifier: GPL-2.0-only
//
// What the policy calls: each function finds the kernel in its first argument.
#include <algorithm>
#include <utility>

#include "kernel.h"

namespace scx::sim {

struct Calls {
  static Kernel& of(void* k) { return *static_cast<Kernel*>(k); }

  class EnginesTurn {
   public:
    explicit EnginesTurn(void* k) : stopwatch_(of(k).stopwatch_) {
      stopwatch_.count_kernel_call();
      policy_ = stopwatch_.turn_to(nullptr);
    }
    EnginesTurn(const EnginesTurn&) = delete;
    EnginesTurn& operator=(const EnginesTurn&) = delete;
    ~EnginesTurn() { stopwatch_.turn_to(policy_); }

   private:
    Stopwatch& stopwatch_;
    Stopwatch::Turn* policy_;
  };

  // Where the program runs.
  static u64 now(void* k) { return of(k).now_; }
  static u32 random(void* k) { return static_cast<u32>(of(k).policy_random_.next() >> 32); }
  static task_struct* current_task(void* k) { return of(k).context_.task; }
  static s32 this_cid(void* k) { return of(k).to_policy(of(k).context_.cid); }
  static u32 preempt_count(void* k) { return of(k).context_.preempt_count; }

  // Tasks.
  static s32 task_cid(void* k, const task_struct* p) { return of(k).to_policy(task_of(p).cid); }
  static bool task_running(void*, const task_struct* p) {
    return task_of(p).where == Where::on_cpu;
  }
  static task_struct* find_task(void* k, u64 tid) {
    const u64 at = tid - static_cast<u64>(kFirstPid);
    if (at >= of(k).tasks_.size()) return nullptr;
    Task& p = *of(k).tasks_[at];
    return p.where == Where::dead || p.where == Where::new_task ? nullptr : &p;
  }

  // Cgroups. A task that is none of the workload's is in the root.
  static cgroup* task_cgroup(void* k, task_struct* p) {
    Cgroup* const of_task = task_of(p).cgroup;
    return of_task ? of_task : of(k).root_;
  }
  static cgroup* find_cgroup(void* k, u64 id) {
    const auto& groups = of(k).cgroups_;
    const auto found =
        std::ranges::find_if(groups, [&](const auto& one) { return one->kn->id == id; });
    return found == groups.end() ? nullptr : found->get();
  }

  // Queues.
  static s32 create_dsq(void* k, u64 id) {
    if (id & SIM_DSQ_BUILTIN) return -22;
    auto& dsqs = of(k).user_dsqs_;
    return dsqs.emplace(id, nullptr).second ? (dsqs[id] = std::make_unique<Dsq>(id), 0) : -17;
  }
  static void destroy_dsq(void* k, u64 id) {
    Dsq* const dsq = of(k).user_dsq(id);
    if (dsq && dsq->empty())
      of(k).user_dsqs_.erase(id);
    else if (dsq)
      of(k).error("attempting to destroy in-use dsq 0x%016llx (nr=%zu)",
                  static_cast<unsigned long long>(id), dsq->size());
  }
  // Any queue by its id, seen from where the program runs; null for none.
  static Dsq* any_dsq(Kernel& kernel, u64 id) {
    if (id == SIM_DSQ_LOCAL) return &kernel.cpu(kernel.context_.cid).local;
    if ((id & SIM_DSQ_LOCAL_ON) == SIM_DSQ_LOCAL_ON) {
      const u32 cid = static_cast<u32>(id);
      if (cid >= kernel.cpus_.size()) return nullptr;
      return &kernel.cpu(kernel.from_policy(static_cast<s32>(cid))).local;
    }
    return id == SIM_DSQ_GLOBAL ? &kernel.global_ : kernel.user_dsq(id);
  }
  static s32 dsq_nr_queued(void* k, u64 id) {
    const Dsq* const dsq = any_dsq(of(k), id);
    return dsq ? static_cast<s32>(dsq->size()) : -2;
  }
  static task_struct* dsq_peek(void* k, u64 id) {
    const Dsq* const dsq = of(k).user_dsq(id);
    if (!dsq) of(k).error("peek on non-existent DSQ 0x%llx", static_cast<unsigned long long>(id));
    return dsq ? dsq->first() : nullptr;
  }
  static void dsq_reenq(void* k, u64 id, u64) {
    if (Dsq* const dsq = any_dsq(of(k), id))
      of(k).reenqueue_.push_back(dsq);
    else
      of(k).error("non-existent DSQ 0x%llx to enqueue again", static_cast<unsigned long long>(id));
  }
  static bool dsq_insert(void* k, task_struct* p, const scx_sim_insert* how) {
    return of(k).insert(task_of(p), *how);
  }
  static bool dsq_move_to_local(void* k, u64 id, u64 enq_flags) {
    Kernel& kernel = of(k);
    if (kernel.context_.may != Kernel::May::dispatch) {
      kernel.error("scx_bpf_dsq_move_to_local() may not be called here");
      return false;
    }
    kernel.flush_dispatched();
    Dsq* const dsq = kernel.user_dsq(id);
    if (!dsq) {
      kernel.error("invalid DSQ ID 0x%016llx", static_cast<unsigned long long>(id));
      return false;
    }
    if (!kernel.consume(kernel.cpu(kernel.context_.cid), *dsq, enq_flags)) return false;
    ++kernel.nr_flushed_;
    return true;
  }
  static u32 dispatch_nr_slots(void* k) {
    return static_cast<u32>(of(k).max_batch_ - of(k).dispatched_.size());
  }
  static void dispatch_cancel(void* k) {
    if (of(k).dispatched_.empty())
      of(k).error("dispatch buffer underflow");
    else
      of(k).dispatched_.pop_back();
  }

  // Walks over queues: they see what was there when they began.
  static Kernel::Iteration* iteration(const u64* it) {
    return reinterpret_cast<Kernel::Iteration*>(it[0]);
  }
  static int iter_new(void* k, u64* it, u64 id, u64 flags) {
    it[0] = 0;
    Dsq* const dsq = of(k).user_dsq(id);
    if (!dsq) return -2;
    it[0] = reinterpret_cast<u64>(
        new Kernel::Iteration{dsq, (flags & SIM_ITER_REV) != 0, false, {}, dsq->newest(), {}, {}});
    return 0;
  }
  static task_struct* iter_next(void*, u64* it) {
    Kernel::Iteration* const at = iteration(it);
    if (!at) return nullptr;
    const auto& tasks = at->dsq->tasks();
    while (true) {
      auto found = tasks.end();
      if (!at->reverse) {
        found = at->started ? tasks.upper_bound({at->at, nullptr}) : tasks.begin();
      } else {
        const auto behind = at->started ? tasks.lower_bound({at->at, nullptr}) : tasks.end();
        if (behind != tasks.begin()) found = std::prev(behind);
      }
      if (found == tasks.end()) return nullptr;
      at->at = found->key;
      at->started = true;
      if (found->key.order <= at->newest) return found->task;
    }
  }
  static void iter_set(void*, u64* it, bool vtime, u64 value) {
    if (Kernel::Iteration* const at = iteration(it)) (vtime ? at->vtime : at->slice) = value;
  }
  static bool iter_move(void* k, u64* it, task_struct* p, u64 id, u64 enq_flags, bool by_vtime) {
    Kernel& kernel = of(k);
    Kernel::Iteration* const at = iteration(it);
    if (kernel.context_.may != Kernel::May::dispatch && kernel.context_.may != Kernel::May::move) {
      kernel.error("scx_bpf_dsq_move() may not be called here");
      return false;
    }
    if (!at) return false;
    Task& task = task_of(p);
    const auto slice = std::exchange(at->slice, {}), vtime = std::exchange(at->vtime, {});
    if (task.dsq != at->dsq) return false;  // somebody else was faster
    if (slice) task.scx.slice = *slice;
    if (vtime) task.scx.dsq_vtime = *vtime;
    task.dsq->remove(task);
    kernel.observe(*at->dsq);
    Dsq& to = kernel.dsq_for(id, task, kernel.context_.cid);
    if (to.local())
      kernel.to_local_dsq(to, task, enq_flags);
    else
      kernel.into(to, task, enq_flags, by_vtime);
    return true;
  }
  static void iter_destroy(void*, u64* it) {
    delete iteration(it);
    it[0] = 0;
  }

  // Cids.
  static void kick(void* k, s32 cid, u64 flags) {
    Kernel& kernel = of(k);
    if (!kernel.valid(cid, "in scx_bpf_kick_cid()")) return;
    if ((flags & SIM_KICK_IDLE) && (flags & (SIM_KICK_PREEMPT | SIM_KICK_WAIT)))
      return kernel.error("PREEMPT/WAIT cannot be used with SCX_KICK_IDLE");
    kernel.kicks_.push_back({kernel.context_.cid, kernel.from_policy(cid), flags});
  }
  static s32 cid_to_cpu(void* k, s32 cid) { return of(k).policys_cids_.cpu(Cid{cid}).value(); }
  static s32 cpu_to_cid(void* k, s32 cpu) { return of(k).policys_cids_.cid(CpuId{cpu}).value(); }
  static u32 nr_cids(void* k) { return static_cast<u32>(of(k).cpus_.size()); }
  static u32 perf_cap(void* k, s32 cid) {
    Kernel& kernel = of(k);
    if (!kernel.valid(cid, "in scx_bpf_cidperf_cap()")) return 1024;
    return kernel.cpu(kernel.from_policy(cid)).capacity;
  }
  static u32 perf_cur(void* k, s32 cid) {
    Kernel& kernel = of(k);
    if (!kernel.valid(cid, "in scx_bpf_cidperf_cur()")) return 1024;
    return kernel.perf(kernel.cpu(kernel.from_policy(cid)));
  }
  static s32 perf_set(void* k, s32 cid, u32 perf) {
    Kernel& kernel = of(k);
    if (!kernel.valid(cid, "in scx_bpf_cidperf_set()")) return -22;
    if (perf > 1024) return kernel.error("Invalid cpuperf target %u for CID %d", perf, cid), -22;
    Cpu& cpu = kernel.cpu(kernel.from_policy(cid));
    cpu.level = perf;
    if (kernel.costs_.slowest_speed == 1024 || !cpu.curr) return 0;
    kernel.charge(cpu);
    kernel.plan_end(cpu);
    return 0;
  }

  // Memory.
  static void* arena_alloc(void* k, u32 pages) { return of(k).policy_.arena_pages(pages); }
  static void* array_value(void* k, const void* map, u32 value_size, u32 nr, u32 index) {
    if (index >= nr) return nullptr;
    auto& arrays = of(k).arrays_;
    auto found = std::ranges::find(arrays, map, &Kernel::Array::map);
    if (found == arrays.end()) {
      arrays.push_back({map, value_size, std::vector<std::byte>(std::size_t{nr} * value_size)});
      found = arrays.end() - 1;
    }
    return found->bytes.data() + std::size_t{index} * value_size;
  }
  static void* task_value(void*, const void* map, u32 value_size, task_struct* p, bool create) {
    Task& task = task_of(p);
    for (Task::Value& value : task.values)
      if (value.map == map) return value.bytes.get();
    if (!create) return nullptr;
    task.values.push_back({map, std::make_unique<std::byte[]>(value_size)});
    return task.values.back().bytes.get();
  }

  // Timers: words[0] is the number of ours, plus 1.
  static Kernel::Timer* timer(void* k, const u64* words) {
    auto& timers = of(k).timers_;
    return words[0] && words[0] <= timers.size() ? &timers[words[0] - 1] : nullptr;
  }
  static s32 timer_init(void* k, u64* words, void* map) {
    if (timer(k, words)) return -16;
    of(k).timers_.push_back({words, map, nullptr, 0, 0, false});
    words[0] = of(k).timers_.size();
    return 0;
  }
  static s32 timer_set_callback(void* k, u64* words, int (*callback)(void*, u32*, void*)) {
    Kernel::Timer* const ours = timer(k, words);
    if (!ours) return -22;
    ours->callback = callback;
    return 0;
  }
  static s32 timer_start(void* k, u64* words, u64 ns) {
    Kernel& kernel = of(k);
    Kernel::Timer* const ours = timer(k, words);
    if (!ours || !ours->callback) return -22;
    ours->cid = kernel.context_.cid;
    ours->armed = true;
    // a moment at least, or one that starts itself over would stop the time
    kernel.events_.plan(kernel.now_ + std::max<u64>(ns, 1), Event::Kind::timer,
                        static_cast<u32>(words[0] - 1), ++ours->stamp);
    return 0;
  }
  static s32 timer_cancel(void* k, u64* words) {
    Kernel::Timer* const ours = timer(k, words);
    return ours ? std::exchange(ours->armed, false) : -22;
  }

  // Messages.
  static void end(void* k, bool is_error, s64 code, const char* format, const u64* data, u32 size) {
    of(k).end(is_error ? End::error : End::policy, code, format_words(format, data, size));
  }
  static void print(void* k, const char* format, const u64* data, u32 size) {
    constexpr std::size_t kMostLines = 1000;
    auto& lines = of(k).printed_;
    if (lines.size() < kMostLines) lines.push_back(format_words(format, data, size));
  }
};

namespace {

// As it is.
template <auto Function>
struct Plain {
  static constexpr auto call = Function;
};

// The host's time is the engine's meanwhile.
template <auto Function>
struct Measured;
template <typename Result, typename... Args, Result (*Function)(void*, Args...)>
struct Measured<Function> {
  static Result call(void* k, Args... args) {
    const Calls::EnginesTurn turn(k);
    return Function(k, args...);
  }
};

template <template <auto> typename How>
constexpr scx_sim_calls table() {
  return {
      .now = How<Calls::now>::call,
      .random = How<Calls::random>::call,
      .current_task = How<Calls::current_task>::call,
      .this_cid = How<Calls::this_cid>::call,
      .preempt_count = How<Calls::preempt_count>::call,
      .task_cid = How<Calls::task_cid>::call,
      .task_running = How<Calls::task_running>::call,
      .find_task = How<Calls::find_task>::call,
      .task_cgroup = How<Calls::task_cgroup>::call,
      .find_cgroup = How<Calls::find_cgroup>::call,
      .create_dsq = How<Calls::create_dsq>::call,
      .destroy_dsq = How<Calls::destroy_dsq>::call,
      .dsq_nr_queued = How<Calls::dsq_nr_queued>::call,
      .dsq_peek = How<Calls::dsq_peek>::call,
      .dsq_reenq = How<Calls::dsq_reenq>::call,
      .dsq_insert = How<Calls::dsq_insert>::call,
      .dsq_move_to_local = How<Calls::dsq_move_to_local>::call,
      .dispatch_nr_slots = How<Calls::dispatch_nr_slots>::call,
      .dispatch_cancel = How<Calls::dispatch_cancel>::call,
      .iter_new = How<Calls::iter_new>::call,
      .iter_next = How<Calls::iter_next>::call,
      .iter_set = How<Calls::iter_set>::call,
      .iter_move = How<Calls::iter_move>::call,
      .iter_destroy = How<Calls::iter_destroy>::call,
      .kick = How<Calls::kick>::call,
      .cid_to_cpu = How<Calls::cid_to_cpu>::call,
      .cpu_to_cid = How<Calls::cpu_to_cid>::call,
      .nr_cids = How<Calls::nr_cids>::call,
      .perf_cap = How<Calls::perf_cap>::call,
      .perf_cur = How<Calls::perf_cur>::call,
      .perf_set = How<Calls::perf_set>::call,
      .arena_alloc = How<Calls::arena_alloc>::call,
      .array_value = How<Calls::array_value>::call,
      .task_value = How<Calls::task_value>::call,
      .timer_init = How<Calls::timer_init>::call,
      .timer_set_callback = How<Calls::timer_set_callback>::call,
      .timer_start = How<Calls::timer_start>::call,
      .timer_cancel = How<Calls::timer_cancel>::call,
      .end = How<Calls::end>::call,
      .print = How<Calls::print>::call,
  };
}

}  // namespace

const scx_sim_calls& kernel_calls(bool measured) {
  static constexpr scx_sim_calls plain = table<Plain>(), timed = table<Measured>();
  return measured ? timed : plain;
}

}  // namespace scx::sim
