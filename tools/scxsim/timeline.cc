// SPDX-License-Identifier: GPL-2.0-only
#include "timeline.h"

#include <fmt/format.h>

#include <algorithm>

#include "scx/stats/json.h"

namespace scx::scxsim {
namespace {

using Why = sim::Observer::Why;

// Numbers of processes, above all pids that the simulation gives. A thread's number is its cid + 1,
// since 0 means idle to whoever reads it.
constexpr std::int32_t kMachine = 100'000'000, kFirstLlc = kMachine + 1;

std::string in_quotes(std::string_view text) {
  stats::JsonWriter out;
  out.value(text);
  return std::move(out).take().text;
}

// Microseconds, to the nanosecond.
std::string us(std::uint64_t ns) { return fmt::format("{}.{:03}", ns / 1000, ns % 1000); }

// The same for times and lengths of events. There are readers that multiply by 1000 as doubles, and
// cut: without the digit behind, some times would be a nanosecond early, and slices overlap.
std::string stamp(std::uint64_t ns) { return us(ns) + '1'; }

std::string_view text_of(Why why) {
  switch (why) {
    case Why::sleeps:
      return "sleeps";
    case Why::exits:
      return "exits";
    case Why::preempted:
      return "preempted";
    case Why::slice_over:
      return "slice over";
    case Why::not_here:
      return "may not be here";
  }
  return "";
}

std::string_view text_of(sim::Distance far) {
  constexpr std::string_view texts[] = {"in the core", "in the LLC", "in the node", "to a node"};
  return texts[static_cast<std::size_t>(far)];
}

std::string queue_name(const sim::Observer::Queue& queue) {
  if (queue.cid >= 0) return fmt::format("local queue, cid {}", queue.cid);
  if (queue.id >> 63) return "global queue";
  return fmt::format("DSQ 0x{:x}", queue.id);
}

}  // namespace

Timeline::Timeline(OutputFile file, const Machine& machine, const sim::Workload& workload,
                   const Window& window)
    : file_(std::move(file)), window_(window), nr_idle_(machine.cids.online().count) {
  for (const sim::TaskKind& kind : workload.kinds) names_.push_back(in_quotes(kind.name));
  file_.write("[");
  describe(machine);
  waiting_ = counter(kMachine, "ready, not running");
  idle_ = counter(kMachine, "idle CPUs");
  count(0, waiting_, 0);
  count(0, idle_, nr_idle_);
}

void Timeline::event(std::string_view text) {
  file_.write(first_ ? "\n" : ",\n");
  file_.write(text);
  first_ = false;
}

// Names and order of processes and threads.
void Timeline::describe(const Machine& machine) {
  const auto process = [this](std::int32_t pid, const std::string& name, int order) {
    event(fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":{}}}}})", pid,
                      in_quotes(name)));
    event(fmt::format(
        R"({{"ph":"M","pid":{},"name":"process_sort_index","args":{{"sort_index":{}}}}})", pid,
        order));
  };
  process(kMachine, "machine", 0);
  const auto llcs = machine.topology.llcs();
  for (std::size_t at = 0; at < llcs.size(); ++at)
    process(kFirstLlc + static_cast<std::int32_t>(at),
            fmt::format("node {}, LLC {}", llcs[at].node.value(), at), static_cast<int>(at) + 1);
  lanes_.resize(static_cast<std::size_t>(machine.cids.nr_cids()));
  for (std::int32_t cid = 0; cid < machine.cids.online().count; ++cid) {
    lane(cid).process = kFirstLlc + machine.cids.llc(Cid{cid}).value();
    const std::string of = fmt::format(R"("pid":{},"tid":{})", lane(cid).process, cid + 1);
    const std::string name =
        fmt::format("cid {} (CPU {})", cid, machine.cids.cpu(Cid{cid}).value());
    event(fmt::format(R"({{"ph":"M",{},"name":"thread_name","args":{{"name":"{}"}}}})", of, name));
    event(fmt::format(R"({{"ph":"M",{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})",
                      of, cid));
  }
}

void Timeline::instant(std::uint64_t at_ns, std::int32_t cid, std::string_view what,
                       std::string_view name, std::int32_t pid) {
  if (!window_.contains(at_ns)) return;
  event(fmt::format(
      R"({{"ph":"i","s":"t","pid":{},"tid":{},"ts":{},"cat":"{}","name":{},"args":{{"pid":{}}}}})",
      lane(cid).process, cid + 1, stamp(at_ns), what, name, pid));
}

// What runs on a cid, up to here; the part of it that lies in the window.
void Timeline::slice(std::uint64_t to_ns, std::int32_t cid, std::string_view end) {
  Lane& on = lane(cid);
  on.busy = false;
  const std::uint64_t from = std::max(on.since_ns, window_.from_ns),
                      to = std::min(to_ns, window_.to_ns);
  if (from >= to) return;
  event(fmt::format(R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"run","name":{},)"
                    R"("args":{{"pid":{},"waited_us":{},"end":"{}"}}}})",
                    on.process, cid + 1, stamp(from), stamp(to - from),
                    names_[static_cast<std::size_t>(on.kind)], on.pid, us(on.waited_ns), end));
}

std::size_t Timeline::counter(std::int32_t process, const std::string& name) {
  counters_.push_back({process, in_quotes(name)});
  return counters_.size() - 1;
}

void Timeline::count(std::uint64_t at_ns, std::size_t number, std::int64_t value) {
  Counter& counter = counters_[number];
  counter.value = value;
  counter.changed_ns = at_ns;
  if (std::exchange(counter.pending, true)) return;
  pending_.push_back(number);
}

// Time goes on to here. Before the window counters only change; their values are its first ones.
void Timeline::pass(std::uint64_t at_ns) {
  if (at_ns != now_ && at_ns > window_.from_ns && !pending_.empty()) flush_counters();
  now_ = at_ns;
}

void Timeline::flush_counters() {
  for (const std::size_t number : pending_) {
    Counter& counter = counters_[number];
    counter.pending = false;
    const std::uint64_t at_ns = std::max(counter.changed_ns, window_.from_ns);
    if (counter.value == counter.written || at_ns >= window_.to_ns) continue;
    counter.written = counter.value;
    event(fmt::format(R"({{"ph":"C","pid":{},"ts":{},"name":{},"args":{{"value":{}}}}})",
                      counter.process, stamp(at_ns), counter.name, counter.value));
  }
  pending_.clear();
}

std::uint64_t& Timeline::ready_since(std::int32_t pid) {
  const auto at = static_cast<std::size_t>(pid);
  if (at >= ready_since_.size()) ready_since_.resize(at + 1);
  return ready_since_[at];
}

void Timeline::started(const Start& start) {
  pass(start.at_ns);
  Lane& on = lane(start.cid);
  on.busy = true;
  on.since_ns = start.at_ns;
  on.waited_ns = start.at_ns - ready_since(start.task.pid);
  on.pid = start.task.pid;
  on.kind = start.task.kind;
  count(start.at_ns, waiting_, --nr_waiting_);
  count(start.at_ns, idle_, --nr_idle_);
  if (start.far)
    instant(start.at_ns, start.cid, "move",
            fmt::format(R"("moved {}, from cid {}")", text_of(*start.far), start.from),
            start.task.pid);
}

void Timeline::stopped(const Stop& stop) {
  pass(stop.at_ns);
  slice(stop.at_ns, stop.cid, text_of(stop.why));
  count(stop.at_ns, idle_, ++nr_idle_);
  if (stop.why == Why::preempted)
    instant(stop.at_ns, stop.cid, "preemption", R"("preempted")", stop.task.pid);
  if (stop.why == Why::sleeps || stop.why == Why::exits) return;
  ready_since(stop.task.pid) = stop.at_ns;
  count(stop.at_ns, waiting_, ++nr_waiting_);
}

void Timeline::woke(const Wake& wake) {
  pass(wake.at_ns);
  ready_since(wake.task.pid) = wake.at_ns;
  count(wake.at_ns, waiting_, ++nr_waiting_);
  if (!window_.contains(wake.at_ns)) return;
  const std::string& name = names_[static_cast<std::size_t>(wake.task.kind)];
  instant(
      wake.at_ns, wake.cid, wake.is_new ? "fork" : "wakeup",
      fmt::format(R"("{} {})", wake.is_new ? "starts" : "wakes", std::string_view(name).substr(1)),
      wake.task.pid);
}

void Timeline::queued(const Queue& queue) {
  pass(queue.at_ns);
  const auto [at, is_new] = queues_.try_emplace({queue.id, queue.cid});
  if (is_new)
    at->second = counter(queue.cid < 0 ? kMachine : lane(queue.cid).process, queue_name(queue));
  count(queue.at_ns, at->second, static_cast<std::int64_t>(queue.length));
}

// Something that concerns the whole machine.
void Timeline::global_instant(std::uint64_t at_ns, std::string_view name) {
  event(fmt::format(R"({{"ph":"i","s":"g","pid":{},"ts":{},"name":{}}})", kMachine, stamp(at_ns),
                    in_quotes(name)));
}

void Timeline::counting(std::uint64_t at_ns) {
  pass(at_ns);
  if (window_.contains(at_ns)) global_instant(at_ns, "the warm-up is over");
}

void Timeline::detached(std::uint64_t at_ns, const std::string& why) {
  pass(at_ns);
  if (window_.contains(at_ns)) global_instant(at_ns, why);
}

void Timeline::attached(std::uint64_t at_ns) {
  pass(at_ns);
  if (window_.contains(at_ns)) global_instant(at_ns, "the scheduler is started anew");
}

void Timeline::ended(std::uint64_t at_ns) {
  pass(at_ns);
  flush_counters();
  for (std::size_t cid = 0; cid < lanes_.size(); ++cid)
    if (lanes_[cid].busy) slice(at_ns, static_cast<std::int32_t>(cid), "still running");
}

Status Timeline::finish(const sim::Outcome& outcome) {
  if (!outcome.message.empty()) global_instant(outcome.end_ns, outcome.message);
  file_.write("\n]\n");
  return file_.commit();
}

}  // namespace scx::scxsim
