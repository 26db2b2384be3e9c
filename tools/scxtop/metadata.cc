// SPDX-License-Identifier: GPL-2.0-only
#include "metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scx/stats/metadata.h"
#include "text.h"

namespace scx::scxtop {
namespace {

constexpr std::size_t kMostRows = 1024;
constexpr std::size_t kMostColumns = 64;
constexpr int kDeepest = 4;  // structs in structs

Field field_from(const stats::FieldSchema& schema) {
  Field field{.name = schema.name, .description = schema.description, .heading = schema.name};
  if (schema.datum.is_struct) field.inner = schema.datum.type;
  field.single = schema.form == stats::detail::Form::datum;
  field.unit = stats::user_of(schema, "_unit");
  field.counter = stats::user_of(schema, "_kind") == "counter";
  if (const auto column = stats::user_of(schema, "_column"); !column.empty())
    field.heading = column;
  return field;
}

const Tree kNothing;

const Tree& member(const Tree& tree, const std::string& name) {
  if (!tree.is_object()) return kNothing;
  const auto found = tree.find(name);
  return found == tree.end() ? kNothing : *found;
}

const Tree& element(const Tree& tree, std::size_t index) {
  return tree.is_array() && index < tree.size() ? tree[index] : kNothing;
}

bool is_list(const Tree& value) { return value.is_array() || value.is_object(); }

std::string number_text(const Tree& value, double number) {
  // Numbers that people compare, such as sequence numbers, stay exact where that is short.
  if (value.is_number_integer() && std::abs(number) < 1e7) return fmt::format("{:.0f}", number);
  return short_number(number);
}

Value rate_of(double now, const Tree& before, double seconds) {
  Value value{"…", {}, "/s", false};
  const auto earlier = number_in(before);
  if (!earlier || *earlier > now || !(seconds > 0)) return value;
  value.number = (now - *earlier) / seconds;
  value.text = short_number(*value.number);
  return value;
}

Value read_value(const Field& field, const Tree& now, const Tree& before, double seconds) {
  if (now.is_string()) return {now.get<std::string>(), {}, field.unit, true};
  const auto number = number_in(now);
  if (!number) return {"-", {}, {}, false};
  if (field.counter) return rate_of(*number, before, seconds);
  return {number_text(now, *number), number, field.unit, false};
}

// One walk through an answer and the one before it.
class Reader {
 public:
  Reader(const Metadata& metadata, double seconds) : metadata_(metadata), seconds_(seconds) {}

  void add_struct(Stats& stats, std::string_view name, const std::string& prefix, const Tree& now,
                  const Tree& before, int depth = 0) const {
    if (depth > kDeepest) return;
    for (const Field& field : metadata_.fields(name, now)) {
      const Tree &value = member(now, field.name), &earlier = member(before, field.name);
      if (value.is_object() && field.single && !field.inner.empty()) {
        add_struct(stats, field.inner, prefix + field.name + ".", value, earlier, depth + 1);
      } else if (is_list(value)) {
        if (!value.empty()) stats.tables.push_back(table(field, prefix, value, earlier));
      } else if (!value.is_null()) {
        stats.metrics.push_back({prefix + field.name, field.description,
                                 read_value(field, value, earlier, seconds_), field.counter});
      }
    }
  }

 private:
  Table table(const Field& field, const std::string& prefix, const Tree& now,
              const Tree& before) const {
    Table made{prefix + field.name, {""}, {}};
    if (is_list(*now.begin())) {
      add_rows(made, field, now, before);
    } else {
      add_row_of_numbers(made, field, now, before);
    }
    return made;
  }

  void add_rows(Table& made, const Field& field, const Tree& now, const Tree& before) const {
    std::vector<Field> columns = metadata_.fields(field.inner, *now.begin());
    std::erase_if(columns, [&](const Field& column) {
      return !column.inner.empty() || is_list(member(*now.begin(), column.name));
    });
    if (columns.size() > kMostColumns) columns.resize(kMostColumns);
    for (const Field& column : columns) made.headings.push_back(column.heading);
    std::size_t index = 0;
    for (const auto& item : now.items()) {
      if (made.rows.size() == kMostRows) return;
      const Tree& earlier = now.is_array() ? element(before, index) : member(before, item.key());
      Table::Row row{item.key(), {}};
      for (const Field& column : columns)
        row.values.push_back(read_value(column, member(item.value(), column.name),
                                        member(earlier, column.name), seconds_));
      made.rows.push_back(std::move(row));
      ++index;
    }
    sort_by_number(made);
  }

  // Keys of a dictionary are texts even where they are numbers: 10 comes after 9 all the same.
  static void sort_by_number(Table& made) {
    std::ranges::stable_sort(made.rows, {}, [](const Table::Row& row) {
      const bool digits =
          !row.name.empty() && row.name.size() < 20 &&
          std::ranges::all_of(row.name, [](char c) { return c >= '0' && c <= '9'; });
      return digits ? row.name.size() : 0;
    });
  }

  void add_row_of_numbers(Table& made, const Field& field, const Tree& now,
                          const Tree& before) const {
    Table::Row row;
    std::size_t index = 0;
    for (const auto& item : now.items()) {
      if (row.values.size() == kMostColumns) break;
      const Tree& earlier = now.is_array() ? element(before, index) : member(before, item.key());
      made.headings.push_back(item.key());
      row.values.push_back(read_value(field, item.value(), earlier, seconds_));
      ++index;
    }
    made.rows.push_back(std::move(row));
  }

  const Metadata& metadata_;
  double seconds_;
};

}  // namespace

Metadata Metadata::read(const stats::Json& json) {
  Metadata metadata;
  const auto structs = stats::parse_metadata(json);
  if (!structs) return metadata;
  for (const auto& [name, schema] : *structs) {
    std::vector<Field>& fields = metadata.structs_[name];
    for (const stats::FieldSchema& field : schema.fields) fields.push_back(field_from(field));
  }
  if (const auto top = stats::root_of(*structs, "")) metadata.top_ = (*top)->name;
  return metadata;
}

std::vector<Field> Metadata::fields(std::string_view name, const Tree& value) const {
  if (const auto found = structs_.find(name); found != structs_.end()) return found->second;
  std::vector<Field> fields;
  if (!value.is_object()) return fields;
  for (const auto& item : value.items()) {
    if (fields.size() == kMostRows) break;
    fields.push_back({.name = item.key(), .heading = item.key()});
  }
  return fields;
}

Stats read_stats(const Metadata& metadata, std::string_view name, const Tree& now,
                 const Tree& before, double seconds) {
  Stats stats;
  Reader(metadata, seconds).add_struct(stats, name, "", now, before);
  return stats;
}

}  // namespace scx::scxtop
