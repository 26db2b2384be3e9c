// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>
#include <vector>

#include "text_table.h"

namespace scx::scxsim {
namespace {

using sim::Counts;
using sim::Outcome;

// One thing that can be compared: what people and programs call it, and its value, in the unit that
// people read.
struct Measure {
  const char* name;
  const char* key;
  int digits;
  double (*of)(const Counts& counts, const Outcome& outcome);
};

double in_us(std::uint64_t ns) { return static_cast<double>(ns) / 1000; }

constexpr Measure kMeasures[] = {
    {"time %", "share", 2,
     [](const Counts& counts, const Outcome& outcome) {
       return 100 * part(counts.run_ns, outcome.all.run_ns);
     }},
    {"run ms", "run_ns", 1,
     [](const Counts& counts, const Outcome&) { return in_us(counts.run_ns) / 1000; }},
    {"rounds", "rounds", 0,
     [](const Counts& counts, const Outcome&) { return static_cast<double>(counts.rounds); }},
    {"longest wait ms", "longest_wait_ns", 1,
     [](const Counts& counts, const Outcome&) { return in_us(counts.longest_wait_ns) / 1000; }},
    {"latency us: mean", "latency_mean_ns", 1,
     [](const Counts& counts, const Outcome&) { return counts.latency.mean() / 1000; }},
    {"latency us: p50", "latency_p50_ns", 1,
     [](const Counts& counts, const Outcome&) { return in_us(counts.latency.percentile(500)); }},
    {"latency us: p99", "latency_p99_ns", 1,
     [](const Counts& counts, const Outcome&) { return in_us(counts.latency.percentile(990)); }},
    {"latency us: max", "latency_max_ns", 1,
     [](const Counts& counts, const Outcome&) { return in_us(counts.latency.max()); }},
    {"switches", "switches", 0,
     [](const Counts& counts, const Outcome&) { return static_cast<double>(counts.switches); }},
    {"preempted", "preemptions", 0,
     [](const Counts& counts, const Outcome&) { return static_cast<double>(counts.preemptions); }},
    {"moves", "migrations", 0,
     [](const Counts& counts, const Outcome&) {
       double all = 0;
       for (const std::uint64_t some : counts.migrations) all += static_cast<double>(some);
       return all;
     }},
};

// NaN where the first is nothing and the second is something.
double ratio(double first, double second) {
  if (first == second) return 1;
  return first > 0 ? second / first : std::numeric_limits<double>::quiet_NaN();
}

std::string ratio_text(double first, double second) {
  const double times = ratio(first, second);
  return times == times ? fmt::format("{:.2f}", times) : "-";
}

double idle_part(const Run& run, std::uint64_t ns) {
  return part(ns, run.outcome.measured_ns * static_cast<std::uint64_t>(run.subject.nr_cpus));
}

void add_counts(TextTable& table, const std::string& task, const Counts& of_first, const Run& first,
                const Counts& of_second, const Run& second) {
  for (const Measure& measure : kMeasures) {
    const double one = measure.of(of_first, first.outcome),
                 other = measure.of(of_second, second.outcome);
    if (one == 0 && other == 0) continue;
    table.add({task, measure.name, fmt::format("{:.{}f}", one, measure.digits),
               fmt::format("{:.{}f}", other, measure.digits), ratio_text(one, other)});
  }
}

void write_ratios(stats::JsonWriter& out, const Counts& of_first, const Run& first,
                  const Counts& of_second, const Run& second) {
  for (const Measure& measure : kMeasures) {
    out.member(measure.key,
               ratio(measure.of(of_first, first.outcome), measure.of(of_second, second.outcome)));
  }
}

}  // namespace

std::string compare_text(const Run& first, const Run& second) {
  const Subject& subject = first.subject;
  std::string text = fmt::format("{}\nworkload {}, seed {}: {} ms\n\n", subject.machine,
                                 subject.workload, subject.seed, ms(first.outcome.end_ns));
  TextTable table({"task", "", label(first.subject), label(second.subject), "ratio"}, 2);
  const auto& kinds = first.outcome.kinds;
  if (kinds.size() <= kMostRows)
    for (std::size_t at = 0; at < kinds.size(); ++at)
      add_counts(table, kinds[at].name, kinds[at].counts, first, second.outcome.kinds[at].counts,
                 second);
  add_counts(table, "all", first.outcome.all, first, second.outcome.all, second);
  const auto machine = [&](const char* name, std::uint64_t Outcome::*field) {
    const double one = 100 * idle_part(first, first.outcome.*field),
                 other = 100 * idle_part(second, second.outcome.*field);
    table.add({"machine", name, fmt::format("{:.2f}", one), fmt::format("{:.2f}", other),
               ratio_text(one, other)});
  };
  machine("idle %", &Outcome::idle_ns);
  machine("idle while work waited %", &Outcome::idle_while_waiting_ns);
  return text + table.text();
}

stats::Json compare_json(const Run& first, const Run& second) {
  stats::JsonWriter out;
  out.begin_object();
  out.member("version", SCXX_VERSION);
  out.key("runs");
  out.begin_array();
  for (const Run* run : {&first, &second}) out.value(to_json(run->subject, run->outcome));
  out.end_array();
  out.key("ratios");
  out.begin_object();
  out.member("idle_ns", ratio(idle_part(first, first.outcome.idle_ns),
                              idle_part(second, second.outcome.idle_ns)));
  out.member("idle_while_waiting_ns",
             ratio(idle_part(first, first.outcome.idle_while_waiting_ns),
                   idle_part(second, second.outcome.idle_while_waiting_ns)));
  out.key("all");
  out.begin_object();
  write_ratios(out, first.outcome.all, first, second.outcome.all, second);
  out.end_object();
  out.key("tasks");
  out.begin_array();
  for (std::size_t at = 0; at < first.outcome.kinds.size(); ++at) {
    out.begin_object();
    out.member("name", first.outcome.kinds[at].name);
    write_ratios(out, first.outcome.kinds[at].counts, first, second.outcome.kinds[at].counts,
                 second);
    out.end_object();
  }
  out.end_array();
  out.end_object();
  out.end_object();
  return std::move(out).take();
}

}  // namespace scx::scxsim
