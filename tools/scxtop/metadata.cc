// SPDX-License-Identifier: GPL-2.0-only
#include "metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "text.h"

namespace scx::scxtop {
namespace {

constexpr std::size_t kMostMetadata = 256 * 1024;
constexpr std::size_t kMostRows = 1024;
constexpr std::size_t kMostColumns = 64;
constexpr int kDeepest = 4;  // structs in structs

template <typename AnyTree>
std::string text_at(const AnyTree& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->template get<std::string>() : "";
}

// The type of a value is a word, or an object that names a struct.
template <typename AnyTree>
std::string struct_in(const AnyTree& field) {
  for (const char* form : {"datum", "array", "dict"}) {
    const auto found = field.find(form);
    if (found == field.end()) continue;
    if (found->is_object() && found->contains("datum")) return text_at((*found)["datum"], "struct");
    return text_at(*found, "struct");
  }
  return {};
}

template <typename AnyTree>
Field read_field(const std::string& name, const AnyTree& told) {
  Field field{.name = name, .description = text_at(told, "desc"), .heading = name};
  if (!told.is_object()) return field;
  field.inner = struct_in(told);
  field.single = told.contains("datum");
  const auto user = told.find("user");
  if (user == told.end()) return field;
  field.unit = text_at(*user, "_unit");
  field.counter = text_at(*user, "_kind") == "counter";
  if (const std::string column = text_at(*user, "_column"); !column.empty()) field.heading = column;
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
  if (json.text.size() > kMostMetadata || !stats::is_shallow(json.text)) return metadata;
  // Ordered: the order of the fields is the author's.
  const auto told = nlohmann::ordered_json::parse(json.text, nullptr, false);
  if (!told.is_object()) return metadata;
  for (const auto& item : told.items()) {
    const auto& one = item.value();
    if (!one.is_object() || !one.contains("fields") || !one["fields"].is_object()) continue;
    std::vector<Field>& fields = metadata.structs_[item.key()];
    for (const auto& field : one["fields"].items())
      fields.push_back(read_field(field.key(), field.value()));
    if (one.contains("top")) metadata.top_ = std::max(metadata.top_, item.key());
  }
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
