// SPDX-License-Identifier: GPL-2.0-only
#include "read.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace scx::scxtop {
namespace {

const Tree kNothing;

const Tree& at(const Tree& object, const char* name) {
  if (!object.is_object()) return kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

std::string text_at(const Tree& object, const char* name) {
  const Tree& value = at(object, name);
  return value.is_string() ? value.get_ref<const std::string&>() : std::string();
}

double number_at(const Tree& object, const char* name, double otherwise = 0) {
  return number_in(at(object, name)).value_or(otherwise);
}

std::int64_t integer_at(const Tree& object, const char* name, std::int64_t otherwise) {
  const double number = number_at(object, name, static_cast<double>(otherwise));
  constexpr double kMost = 1e15;  // all of these a double holds exactly
  return std::abs(number) <= kMost ? static_cast<std::int64_t>(number) : otherwise;
}

// Counts are never negative.
double count_in(const Tree& value) { return std::max(0.0, number_in(value).value_or(0)); }

double seconds_of(const Tree& answer) { return count_in(at(answer, "interval_ms")) / 1000; }

std::vector<double> numbers_at(const Tree& object, const char* name, double otherwise) {
  std::vector<double> numbers;
  const Tree& list = at(object, name);
  if (!list.is_array()) return numbers;
  for (const Tree& value : list) {
    if (numbers.size() == kMostElements) break;
    numbers.push_back(value.is_null() ? -1 : number_in(value).value_or(otherwise));
  }
  return numbers;
}

Task read_task(const Tree& sample) {
  return {.pid = integer_at(sample, "pid", 0),
          .comm = text_at(sample, "comm"),
          .stat = text_at(sample, "stat"),
          .waker_comm = text_at(sample, "waker_comm"),
          .cpu = integer_at(sample, "cpu_id", -1),
          .lat_cri = number_at(sample, "lat_cri"),
          .avg_runtime_ns = number_at(sample, "avg_runtime_wall"),
          .slice_ns = number_at(sample, "slice_wall"),
          .run_freq = number_at(sample, "run_freq"),
          .wait_freq = number_at(sample, "wait_freq"),
          .wake_freq = number_at(sample, "wake_freq")};
}

}  // namespace

Tree parse(const stats::Json& json) {
  if (!stats::is_shallow(json.text)) return {};
  Tree tree = Tree::parse(json.text, nullptr, false);
  if (tree.is_discarded()) return {};
  return tree;
}

std::optional<double> number_in(const Tree& value) {
  if (!value.is_number()) return {};
  const double number = value.get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<Machine> read_machine(const Tree& answer) {
  const Tree& list = at(answer, "cids");
  if (!list.is_array()) return {};
  Machine machine{text_at(answer, "scheduler"),
                  text_at(answer, "kernel"),
                  static_cast<std::uint64_t>(std::min(count_in(at(answer, "nr_online")), 1e15)),
                  {}};
  for (const Tree& cid : list) {
    if (machine.cids.size() == kMostElements) break;
    machine.cids.push_back({integer_at(cid, "core", -1), integer_at(cid, "llc", -1),
                            integer_at(cid, "node", -1), integer_at(cid, "tier", -1)});
  }
  return machine;
}

std::optional<Cids> read_cids(const Tree& answer) {
  if (!at(answer, "util").is_array()) return {};
  return Cids{seconds_of(answer),
              numbers_at(answer, "util", std::numeric_limits<double>::quiet_NaN()),
              numbers_at(answer, "nr_sched", 0)};
}

std::optional<Latency> read_latency(const Tree& answer) {
  const Tree& counts = at(answer, "count");
  if (!counts.is_array()) return {};
  const std::vector<double> upper = numbers_at(answer, "upper_us", 0);
  Latency latency{seconds_of(answer), {}};
  for (std::size_t i = 0; i < std::min(counts.size(), upper.size()); ++i)
    latency.buckets.push_back({std::max(0.0, upper[i]), count_in(counts[i])});
  return latency;
}

std::optional<std::vector<Task>> read_tasks(const Tree& answer) {
  const Tree& samples = at(answer, "samples");
  if (!samples.is_array()) return {};
  std::map<std::int64_t, Task> by_pid;
  for (const Tree& sample : samples) {
    if (by_pid.size() == kMostElements) break;
    Task task = read_task(sample);
    const std::int64_t pid = task.pid;
    by_pid.insert_or_assign(pid, std::move(task));
  }
  std::vector<Task> tasks;
  for (auto& [pid, task] : by_pid) tasks.push_back(std::move(task));
  return tasks;
}

}  // namespace scx::scxtop
