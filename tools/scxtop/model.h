// SPDX-License-Identifier: GPL-2.0-only
//
// What a scheduler has told, as data: made by collect.h, shown by draw.h. Nothing in here was
// checked against anything else: the numbers are a scheduler's own, and its texts may hold
// anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scx/stats/json.h"

namespace scx::scxtop {

// More of anything than this is not looked at: no machine has it, and no screen shows it.
inline constexpr std::size_t kMostElements = 16384;

// One cid and where it lies; -1 where it belongs to no such unit.
struct MachineCid {
  std::int64_t core = -1, llc = -1, node = -1, tier = -1;
};

struct Machine {
  std::string scheduler, kernel;
  std::uint64_t nr_online = 0;
  std::vector<MachineCid> cids;  // in order of cid
};

// What the cids did in an interval.
struct Cids {
  double seconds = 0;
  // %, by cid; negative: offline, NaN: not told.
  std::vector<double> util;
  // Times that a task started there; empty where the scheduler does not count them.
  std::vector<double> nr_sched;
};

// How long tasks waited for a CPU in an interval.
struct Latency {
  struct Bucket {
    double upper_us = 0;  // 0: no bound
    double count = 0;
  };
  double seconds = 0;
  std::vector<Bucket> buckets;

  double total() const;
  // The bucket in which the task lies that waited longer than the given part of all; none without
  // tasks.
  const Bucket* quantile(double part) const;
};

struct Task {
  std::int64_t pid = 0;
  std::string comm, stat, waker_comm;
  std::int64_t cpu = -1;
  double lat_cri = 0, avg_runtime_ns = 0, slice_ns = 0;
  double run_freq = 0, wait_freq = 0, wake_freq = 0;
};

// One value of a struct of statistics, ready to be read: a counter's is its rate.
struct Value {
  std::string text = "-";
  std::optional<double> number = {};  // none for texts, and for rates that are not known yet
  std::string unit = {};
  bool is_text = false;
};

struct Metric {
  std::string name, description;
  Value value;
  bool counter = false;
};

// A list or dictionary: a row an element.
struct Table {
  std::string title;
  std::vector<std::string> headings;  // the first is above the rows' names
  struct Row {
    std::string name;
    std::vector<Value> values;
  };
  std::vector<Row> rows;
};

// A struct of statistics, taken apart by its metadata.
struct Stats {
  std::vector<Metric> metrics;
  std::vector<Table> tables;
};

enum class Section : std::uint8_t { cpus, rates, loads, latency, tasks };
inline constexpr std::size_t kSections = 5;
using Sections = std::array<bool, kSections>;
inline constexpr Sections kAllSections{true, true, true, true, true};

struct Model {
  std::string socket;
  std::string notice;  // why there is no connection; empty where there is one
  bool seen = false;   // there has been a connection
  double connected_s = 0;

  std::optional<Machine> machine;
  std::optional<Cids> cids;
  std::optional<Stats> top, domains;
  std::optional<Latency> latency;
  std::optional<std::vector<Task>> tasks;

  std::map<std::string, stats::Json> answers;   // by target, as they came
  std::map<std::string, std::string> lacking;   // targets that it has not, with its sentence
  std::map<std::string, std::string> troubles;  // targets that could not be had this time
};

// The value of a metric that every view of a scheduler wants in its heading; "" without it.
std::string_view text_of(const std::optional<Stats>& stats, std::string_view metric);

}  // namespace scx::scxtop
