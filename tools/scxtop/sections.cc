// SPDX-License-Identifier: GPL-2.0-only
#include "sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cpus.h"
#include "text.h"

namespace scx::scxtop {
namespace {

constexpr std::size_t kLongestName = 24;
constexpr std::size_t kLongestValue = 16;
constexpr std::size_t kGap = 2;

std::string with_unit(const Value& value) {
  if (value.unit == "%" && value.number) return fmt::format("{:.1f}%", *value.number);
  if (value.unit == "/s") return value.text + "/s";
  return value.unit.empty() || !value.number ? value.text : value.text + " " + value.unit;
}

Style style_of(const Value& value) {
  if (value.unit == "%" && value.number) return scxtop::style_of(*value.number);
  return value.number ? Style::plain : Style::dim;
}

// "name      value": one cell of the columns.
Line metric_cell(const Metric& metric, std::size_t name, std::size_t value) {
  Line line;
  line.add(left(clean(metric.name), name), Style::dim).add(" ");
  // A share of something is no load, so it stays without colour.
  return line.add(right(clean(with_unit(metric.value)), value));
}

struct Column {
  std::size_t width = 0;
  bool is_text = true;
};

std::string cell_text(const Value& value) { return clean(with_unit(value)); }

std::vector<Column> columns_of(const Table& table) {
  std::vector<Column> columns(table.headings.size());
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].width = std::min(width(clean(table.headings[i])), kLongestName);
  for (const Table::Row& row : table.rows) {
    columns[0].width = std::max(columns[0].width, std::min(width(clean(row.name)), kLongestName));
    for (std::size_t i = 0; i < row.values.size() && i + 1 < columns.size(); ++i) {
      Column& column = columns[i + 1];
      column.width =
          std::max(column.width, std::min(width(cell_text(row.values[i])), kLongestName));
      column.is_text = column.is_text && row.values[i].is_text;
    }
  }
  return columns;
}

// How many columns fit. What does not is left out, and "…" says so.
std::size_t that_fit(const std::vector<Column>& columns, std::size_t room) {
  std::size_t used = 0, count = 0;
  for (const Column& column : columns) {
    used += column.width + kGap;
    if (used > room && count != 0) break;
    ++count;
  }
  return count;
}

std::string aligned(std::string_view text, const Column& column) {
  return column.is_text ? left(text, column.width) : right(text, column.width);
}

Lines draw_table(const Table& table, std::size_t room) {
  const std::vector<Column> columns = columns_of(table);
  const std::size_t count = that_fit(columns, room - std::min<std::size_t>(room, 2));
  Line headings;
  for (std::size_t i = 0; i < count; ++i)
    headings.add(std::string(kGap, ' '))
        .add(aligned(clean(table.headings[i]), columns[i]), Style::dim);
  if (count < columns.size()) headings.add(" …", Style::dim);
  Lines lines{Line(table.title, Style::plain), headings};
  for (const Table::Row& row : table.rows) {
    Line line(std::string(kGap, ' '));
    line.add(left(clean(row.name), columns[0].width));
    for (std::size_t i = 0; i < row.values.size() && i + 1 < count; ++i)
      line.add(std::string(kGap, ' '))
          .add(aligned(cell_text(row.values[i]), columns[i + 1]), style_of(row.values[i]));
    lines.push_back(std::move(line));
  }
  return lines;
}

void append(Lines& lines, Lines more) {
  lines.insert(lines.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

// Metrics in columns, read downwards.
Lines draw_metrics(const std::vector<Metric>& metrics, std::size_t room) {
  std::size_t name = 0, value = 0;
  for (const Metric& metric : metrics) {
    name = std::max(name, std::min(width(clean(metric.name)), kLongestName));
    value = std::max(value, std::min(width(clean(with_unit(metric.value))), kLongestValue));
  }
  const std::size_t needs = 2 + name + 1 + value, count = metrics.size();
  const std::size_t abreast = std::clamp<std::size_t>((room + 1) / (needs + 1), 1, 8);
  const std::size_t rows = (count + abreast - 1) / abreast;
  Lines lines(rows);
  for (std::size_t i = 0; i < count; ++i) {
    Line& line = lines[i % rows];
    if (i >= rows) line.add(" ");
    line.add("  ").add(metric_cell(metrics[i], name, value));
  }
  return lines;
}

// The same number of places below each other, whole or not.
std::string with_a_place(double number) {
  return number < 99.95 ? fmt::format("{:.1f}", number) : short_number(number);
}

std::string microseconds(double us) {
  if (us < 1000) return fmt::format("{:.0f} µs", us);
  if (us < 1e6) return with_a_place(us / 1e3) + " ms";
  return with_a_place(us / 1e6) + " s";
}

std::string bound_text(const Latency& latency, const Latency::Bucket& bucket) {
  if (bucket.upper_us > 0) return "< " + microseconds(bucket.upper_us);
  double highest = 0;
  for (const Latency::Bucket& other : latency.buckets) highest = std::max(highest, other.upper_us);
  return "≥ " + microseconds(highest);
}

std::string nanoseconds(double ns) { return ns > 0 ? microseconds(ns / 1000) : "0 µs"; }

bool comes_before(const Task& a, const Task& b, Order order) {
  switch (order) {
    case Order::lat_cri:
      return a.lat_cri > b.lat_cri;
    case Order::runtime:
      return a.avg_runtime_ns > b.avg_runtime_ns;
    case Order::runs:
      return a.run_freq > b.run_freq;
    case Order::wakes:
      return a.wake_freq > b.wake_freq;
    case Order::comm:
      return a.comm < b.comm;
  }
  return false;
}

Value text_value(std::string text) { return {std::move(text), {}, {}, true}; }
Value number_value(double number) { return {short_number(number), number, {}, false}; }
Value measure(std::string text) { return {std::move(text), 0.0, {}, false}; }

Table::Row task_row(const Task& task) {
  return {task.comm,
          {measure(fmt::format("{}", task.pid)), text_value(task.stat),
           measure(task.cpu >= 0 ? fmt::format("{}", task.cpu) : "-"), number_value(task.lat_cri),
           measure(nanoseconds(task.avg_runtime_ns)), number_value(task.run_freq),
           number_value(task.wait_freq), number_value(task.wake_freq),
           measure(nanoseconds(task.slice_ns)), text_value(task.waker_comm)}};
}

}  // namespace

Lines draw_rates(const Model& model, std::size_t columns) {
  return model.top ? draw_metrics(model.top->metrics, columns) : Lines();
}

Lines draw_loads(const Model& model, std::size_t columns) {
  Lines lines;
  if (model.domains) {
    append(lines, draw_metrics(model.domains->metrics, columns));
    for (const Table& table : model.domains->tables) append(lines, draw_table(table, columns));
  }
  if (model.top)
    for (const Table& table : model.top->tables) append(lines, draw_table(table, columns));
  return lines;
}

Lines draw_latency(const Model& model, std::size_t columns) {
  if (!model.latency) return {};
  const Latency& latency = *model.latency;
  const double total = latency.total();
  const auto *p50 = latency.quantile(0.5), *p99 = latency.quantile(0.99);
  if (p50 == nullptr) return {Line("  no task waited in this interval", Style::dim)};
  Lines lines;
  lines.emplace_back("  p50 ").add(bound_text(latency, *p50)).add("   p99 ");
  lines.back().add(bound_text(latency, *p99)).add("   waits ").add(short_number(total));
  double most = 0;
  for (const auto& bucket : latency.buckets) most = std::max(most, bucket.count);
  const auto counted = [](const Latency::Bucket& bucket) { return bucket.count > 0; };
  const auto first = std::ranges::find_if(latency.buckets, counted);
  const auto last = std::find_if(latency.buckets.rbegin(), latency.buckets.rend(), counted).base();
  const std::size_t room = std::min<std::size_t>(columns > 28 ? columns - 28 : 0, 60);
  for (auto bucket = first; bucket != last; ++bucket) {
    Line& line = lines.emplace_back("  ");
    line.add(right(bound_text(latency, *bucket), 10), Style::dim);
    line.add(right(short_number(bucket->count), 8));
    line.add(right(fmt::format("{:.0f}%", 100 * bucket->count / total), 5)).add("  ");
    const auto length =
        static_cast<std::size_t>(std::ceil(static_cast<double>(room) * bucket->count / most));
    for (std::size_t i = 0; i < length; ++i) line.add("█", Style::low);
  }
  return lines;
}

Lines draw_tasks(const Model& model, Order order, std::size_t columns, std::size_t most) {
  if (!model.tasks) return {};
  if (model.tasks->empty()) return {Line("  no task was sampled", Style::dim)};
  std::vector<Task> tasks = *model.tasks;
  std::ranges::stable_sort(
      tasks, [order](const Task& a, const Task& b) { return comes_before(a, b, order); });
  if (tasks.size() > most) tasks.resize(most);
  Table table{"",
              {"COMM", "PID", "STAT", "CPU", "LAT_CRI", "RUN TIME", "RUN/s", "WAIT/s", "WAKE/s",
               "SLICE", "WAKER"},
              {}};
  for (const Task& task : tasks) table.rows.push_back(task_row(task));
  Lines lines = draw_table(table, columns);
  lines.erase(lines.begin());  // the section has a title of its own
  return lines;
}

}  // namespace scx::scxtop
