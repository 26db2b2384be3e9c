// SPDX-License-Identifier: GPL-2.0-only
//
// A simulated task, and the queues that it may wait in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "scx/sim/kernel.h"
#include "scx/sim/workload.h"

namespace scx::sim {

struct Task;
struct Cgroup;

// A dispatch queue: FIFO or by vtime, never both while tasks are in it. Tasks of a FIFO have one
// vtime, 0, and differ by their order.
class Dsq {
 public:
  struct Key {
    u64 vtime;
    s64 order;
    // vtimes wrap, as in the kernel
    bool operator<(const Key& other) const {
      return vtime != other.vtime ? static_cast<s64>(vtime - other.vtime) < 0 : order < other.order;
    }
  };
  struct Entry {
    Key key;
    Task* task;
    bool operator<(const Entry& other) const { return key < other.key; }
  };

  explicit Dsq(u64 number, s32 of = -1) : id(number), cid(of) {}

  const u64 id;
  const s32 cid;  // whose local DSQ this is; -1: nobody's
  bool by_vtime = false;

  bool local() const { return cid >= 0; }
  bool terminal() const { return (id & SIM_DSQ_BUILTIN) != 0; }
  std::size_t size() const { return tasks_.size(); }
  bool empty() const { return tasks_.empty(); }
  s64 newest() const { return last_; }
  Task* first() const { return tasks_.empty() ? nullptr : tasks_.begin()->task; }
  const std::set<Entry>& tasks() const { return tasks_; }

  void add(Task& task, bool head);
  void add_by_vtime(Task& task);
  void remove(Task& task);

 private:
  void put(Task& task, Key key);

  std::set<Entry> tasks_;
  s64 last_ = 0, first_ = 0;  // orders that were given
};

constexpr u64 kNever = ~0ull;

// Where a task is on its way through the kernel.
enum class Where : std::uint8_t {
  new_task,  // not started
  asleep,
  at_policy,  // enqueued, and the policy has it
  in_dsq,
  moving,     // between the two: dispatched, or on its way to another CPU's local DSQ
  real_time,  // in its CPU's queue of real-time tasks
  on_cpu,
  dead,
};

// The CPUs that tasks may use.
struct Allowed {
  std::vector<u64> cids;
  std::vector<u64> cpus;  // what cpus_ptr points to
  s32 nr = 0;
  bool everywhere = false;  // all CPUs that are online are among them
};

// The base is what the policy sees, and how it names the task.
struct Task : task_struct {
  Task() : task_struct{} {}

  Where where = Where::new_task;
  bool in_custody = false;  // the policy is owed a dequeue
  bool real_time = false;   // not the policy's
  bool yields = false;      // to the next real-time task
  bool immed = false;       // put into a local DSQ to run at once or to come back
  s32 cid = 0;              // whose run queue it is on, or was on last
  s32 last_ran = -1;
  s32 selected = -1;
  // Where it may run now (what cpus_ptr is), and where once it may migrate again (cpus_mask).
  const Allowed* allowed = nullptr;
  const Allowed* affinity = nullptr;
  bool pinned = false;  // the two differ: it was switched out while it must not migrate
  u64 allowed_since = 0;
  Cgroup* cgroup = nullptr;  // none: the root, of one that is not the workload's

  Dsq* dsq = nullptr;
  Dsq::Key key = {};

  // A direct dispatch that enqueue carries out.
  bool direct = false;
  u64 direct_dsq = 0, direct_flags = 0;
  u64 enqueue_nr = 0;  // grows with each enqueue: an older dispatch is dropped

  // Its program.
  const TaskKind* kind = nullptr;
  int kind_index = 0;
  std::size_t phase = 0, op = 0;
  std::uint32_t loop = 0;
  std::int64_t rounds = 0;
  u64 work_left = 0;      // in nanoseconds · 1024: what the biggest core does in that time
  u64 overhead_left = 0;  // nanoseconds, before the work goes on
  u64 period_start = 0;
  u64 wake_stamp = 0;
  bool preempted = false;  // its turn is being ended by somebody else

  // Statistics.
  u64 woke_at = kNever;  // kNever: it has run since
  bool waits = false;    // ready to run, and not running
  u64 ready_since = 0;
  u64 run_ns = 0;

  struct Value {
    const void* map;
    std::unique_ptr<std::byte[]> bytes;
  };
  std::vector<Value> values;  // task storage

  bool may_use(s32 at) const {
    return allowed->cids[static_cast<std::size_t>(at) / 64] >> (static_cast<unsigned>(at) % 64) & 1;
  }
  // Since when it could run where it may.
  u64 waits_since() const { return std::max(ready_since, allowed_since); }
  bool lives() const { return where != Where::new_task && where != Where::dead; }
  bool queued() const { return scx.flags & SIM_TASK_QUEUED; }
};

inline Task& task_of(task_struct* p) { return *static_cast<Task*>(p); }
inline const Task& task_of(const task_struct* p) { return *static_cast<const Task*>(p); }

}  // namespace scx::sim
