// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/table.h"

#include <fmt/core.h>

#include <algorithm>

#include "parse.h"
#include "render.h"
#include "scx/stats/metadata.h"
#include "text.h"

namespace scx::stats {
namespace {

constexpr std::size_t kGap = 2;                // between columns
constexpr std::string_view kMore = " \u2026";  // behind headings, where fields were left out
constexpr std::size_t kMoreWidth = 2;

std::vector<std::string> cells_of(const nlohmann::json& element,
                                  const std::vector<std::string>& names) {
  std::vector<std::string> cells;
  for (const std::string& name : names) {
    const auto value = element.is_object() ? element.find(name) : element.end();
    cells.push_back(value == element.end() ? "-" : value_text(*value));
  }
  return cells;
}

}  // namespace

Table::Table(const Schema& schema, std::string member)
    : Table(schema.structs().contains(schema.root()) ? schema.structs().at(schema.root())
                                                     : StructSchema{},
            std::move(member)) {}

Result<Table> Table::make(const Json& metadata, std::string_view element, std::string member) {
  const Structs structs = SCX_TRY(parse_metadata(metadata));
  return Table(*SCX_TRY(root_of(structs, element)), std::move(member));
}

Table::Table(const StructSchema& element, std::string member) : member_(std::move(member)) {
  for (const FieldSchema& field : element.fields) {
    if (field.form != detail::Form::datum || field.datum.is_struct) continue;
    std::string heading(user_of(field, "_column"));
    if (heading.empty()) heading = field.name;
    const std::size_t columns = width(heading);
    columns_.push_back({field.name, std::move(heading), field.datum.type == "string", columns});
  }
}

Result<std::string> Table::render(const Json& value, std::size_t columns) {
  const auto answer = parse_tree(value.text);
  const auto list = answer.is_object() ? answer.find(member_) : answer.end();
  if (list == answer.end() || !list->is_array())
    return fail(ErrorKind::invalid, fmt::format("the statistics have no list '{}'", member_));
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.name);
  std::vector<std::vector<std::string>> rows;
  for (const auto& element : *list) {
    rows.push_back(cells_of(element, names));
    for (std::size_t i = 0; i < columns_.size(); ++i)
      columns_[i].width = std::max(columns_[i].width, width(rows.back()[i]));
  }
  std::string text;
  const std::size_t count = that_fit(columns);
  if (!rows.empty() && (columns != 0 || !std::exchange(headed_, true))) text = headings(count);
  for (const auto& row : rows) text += line(row, count) + '\n';
  return text;
}

std::size_t Table::that_fit(std::size_t columns) const {
  if (columns == 0) return columns_.size();
  std::size_t used = 0, fit = 0;
  for (const Column& column : columns_) {
    used += (fit == 0 ? 0 : kGap) + column.width;
    const std::size_t more = fit + 1 == columns_.size() ? 0 : kMoreWidth;
    if (fit != 0 && used + more > columns) break;
    ++fit;
  }
  return fit;
}

std::string Table::line(const std::vector<std::string>& cells, std::size_t count) const {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text.append(kGap, ' ');
    const Column& column = columns_[i];
    text += column.is_text ? pad_right(cells[i], column.width) : pad_left(cells[i], column.width);
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string Table::headings(std::size_t count) const {
  std::vector<std::string> cells;
  for (const Column& column : columns_) cells.push_back(column.heading);
  std::string text = line(cells, count);
  if (count < columns_.size()) text += kMore;
  return text + '\n';
}

}  // namespace scx::stats
