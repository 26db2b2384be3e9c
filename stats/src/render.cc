// SPDX-License-Identifier: GPL-2.0-only
#include "render.h"

#include <fmt/core.h>

#include <algorithm>

#include "scx/base/file.h"
#include "text.h"

namespace scx::stats {
namespace {

using Tree = Renderer::Tree;

// Metadata come from elsewhere and may name structs in a circle.
constexpr std::size_t kMaxDepth = 8;

std::size_t indent_at(std::size_t depth) { return 2 * (depth + 1); }

const Tree* member(const Tree* tree, const std::string& name) {
  if (tree == nullptr || !tree->is_object()) return nullptr;
  const auto at = tree->find(name);
  return at == tree->end() ? nullptr : &*at;
}

bool is_counter(const FieldSchema& field) { return user_of(field, "_kind") == "counter"; }

// Numbers by value, everything else by letters.
bool before_in_order(const std::string& a, const std::string& b) {
  const auto left = parse_int(a);
  const auto right = parse_int(b);
  if (left && right && *left != *right) return *left < *right;
  return left.has_value() != right.has_value() ? left.has_value() : a < b;
}

struct Line {
  std::string label;
  std::string value;
  std::string unit;
  std::string rate;   // with "/s"
  std::string below;  // lines of its own, instead of a value
};

std::string aligned(const std::vector<Line>& lines, std::size_t indent) {
  std::size_t label = 0, value = 0, unit = 0, rate = 0;
  for (const Line& line : lines) {
    if (!line.below.empty()) continue;
    label = std::max(label, width(line.label));
    value = std::max(value, width(line.value));
    unit = std::max(unit, width(line.unit));
    rate = std::max(rate, width(line.rate));
  }
  std::string text;
  for (const Line& line : lines) {
    text.append(indent, ' ');
    if (!line.below.empty()) {
      text.append(line.label).append("\n").append(line.below);
      continue;
    }
    text.append(pad_right(line.label, label)).append("  ").append(pad_left(line.value, value));
    if (unit != 0) text.append(" ").append(pad_right(line.unit, unit));
    if (rate != 0) text.append("  ").append(pad_left(line.rate, rate));
    while (text.ends_with(' ')) text.pop_back();
    text.push_back('\n');
  }
  return text;
}

// Empty where the name says it already, as that of interval_ms does.
std::string unit_of(const FieldSchema& field) {
  const std::string_view unit = user_of(field, "_unit");
  return field.name.ends_with(fmt::format("_{}", unit)) ? "" : printable(unit);
}

}  // namespace

std::string value_text(const Tree& value) {
  if (value.is_string()) return printable(value.get_ref<const std::string&>());
  if (value.is_number_float()) return decimal(value.get<double>());
  if (value.is_number() || value.is_boolean()) return value.dump();
  return "-";
}

std::string Renderer::render(const StructSchema& schema, const Tree& now, const Tree* before,
                             std::size_t depth) const {
  std::vector<Line> lines;
  for (const FieldSchema& field : schema.fields) {
    const Tree* value = member(&now, field.name);
    if (value == nullptr) continue;
    const Tree* earlier = member(before, field.name);
    const StructSchema* inner = struct_of(field);
    if (field.datum.is_struct && (inner == nullptr || depth >= kMaxDepth)) continue;
    Line line{printable(field.name), {}, unit_of(field), {}, {}};
    if (field.form != detail::Form::datum) {
      const auto elements = elements_of(field, *value, earlier);
      line.below = inner != nullptr ? struct_table(*inner, elements, depth + 1)
                                    : list(field, elements, depth + 1);
      if (elements.empty()) line.value = "none";
      if (!line.unit.empty() && !line.below.empty()) line.label += fmt::format(" ({})", line.unit);
    } else if (inner != nullptr) {
      line.below = render(*inner, *value, earlier, depth + 1);
      if (line.below.empty()) line.value = "none";
    } else {
      line.value = value_text(*value);
      if (is_counter(field)) line.rate = rate(*value, earlier);
      if (!line.rate.empty()) line.rate += "/s";
    }
    lines.push_back(std::move(line));
  }
  return aligned(lines, indent_at(depth));
}

std::string Renderer::list(const FieldSchema& field, const std::vector<Element>& elements,
                           std::size_t depth) const {
  std::vector<std::string> words;
  for (const Element& element : elements) {
    std::string per_second = is_counter(field) ? rate(*element.now, element.before) : "";
    std::string word = per_second.empty() ? value_text(*element.now) : per_second + "/s";
    const bool named = field.form == detail::Form::dict;
    words.push_back(named ? fmt::format("{}={}", element.label, word) : std::move(word));
  }
  return wrapped(words, indent_at(depth));
}

std::string Renderer::struct_table(const StructSchema& schema, const std::vector<Element>& elements,
                                   std::size_t depth) const {
  if (elements.empty()) return {};
  const bool rates =
      std::ranges::any_of(elements, [](const Element& e) { return e.before != nullptr; }) &&
      seconds_ > 0;
  std::vector<Row> rows{{""}};
  add_headers(rows.front(), schema, "", rates, depth);
  for (const Element& element : elements) {
    Row row{element.label};
    add_cells(row, schema, element.now, element.before, rates, depth);
    rows.push_back(std::move(row));
  }
  return table(rows, indent_at(depth));
}

void Renderer::add_headers(Row& row, const StructSchema& schema, const std::string& prefix,
                           bool rates, std::size_t depth) const {
  if (depth >= kMaxDepth) return;
  for (const FieldSchema& field : schema.fields) {
    std::string header = prefix + printable(field.name);
    if (field.datum.is_struct && field.form == detail::Form::datum) {
      if (const StructSchema* inner = struct_of(field))
        add_headers(row, *inner, header + '.', rates, depth + 1);
      continue;
    }
    if (const auto unit = unit_of(field); !unit.empty()) header += fmt::format("({})", unit);
    if (rates && is_counter(field)) header += "/s";
    row.push_back(std::move(header));
  }
}

void Renderer::add_cells(Row& row, const StructSchema& schema, const Tree* now, const Tree* before,
                         bool rates, std::size_t depth) const {
  if (depth >= kMaxDepth) return;
  for (const FieldSchema& field : schema.fields) {
    const Tree* value = member(now, field.name);
    const Tree* earlier = member(before, field.name);
    if (field.datum.is_struct && field.form == detail::Form::datum) {
      if (const StructSchema* inner = struct_of(field))
        add_cells(row, *inner, value, earlier, rates, depth + 1);
      continue;
    }
    row.push_back(cell(field, value, earlier, rates));
  }
}

std::string Renderer::cell(const FieldSchema& field, const Tree* now, const Tree* before,
                           bool rates) const {
  if (now == nullptr) return "-";
  const auto show = [&](const Tree& value, const Tree* earlier) -> std::string {
    if (!rates || !is_counter(field)) return value_text(value);
    const std::string per_second = rate(value, earlier);
    return per_second.empty() ? "-" : per_second;
  };
  if (field.form == detail::Form::datum) return show(*now, before);
  std::string text;
  for (const Element& element : elements_of(field, *now, before)) {
    if (!text.empty()) text.push_back(',');
    if (field.form == detail::Form::dict) text.append(element.label).push_back('=');
    text.append(show(*element.now, element.before));
  }
  return text.empty() ? "-" : text;
}

std::vector<Renderer::Element> Renderer::elements_of(const FieldSchema& field, const Tree& now,
                                                     const Tree* before) {
  std::vector<Element> elements;
  if (field.form == detail::Form::array && now.is_array()) {
    const std::size_t known = before != nullptr && before->is_array() ? before->size() : 0;
    for (std::size_t i = 0; i < now.size(); ++i)
      elements.push_back({std::to_string(i), &now[i], i < known ? &(*before)[i] : nullptr});
  }
  if (field.form == detail::Form::dict && now.is_object()) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : now.items()) keys.push_back(key);
    std::ranges::sort(keys, before_in_order);
    for (const std::string& key : keys)
      elements.push_back({printable(key), &now.at(key), member(before, key)});
  }
  return elements;
}

const StructSchema* Renderer::struct_of(const FieldSchema& field) const {
  if (!field.datum.is_struct) return nullptr;
  const auto at = structs_.find(field.datum.type);
  return at == structs_.end() ? nullptr : &at->second;
}

std::string Renderer::rate(const Tree& now, const Tree* before) const {
  if (before == nullptr || !now.is_number() || !before->is_number() || seconds_ <= 0) return {};
  double grown = now.get<double>() - before->get<double>();
  // Large counters: the difference first, as doubles would round both.
  if (now.is_number_unsigned() && before->is_number_unsigned() && now >= *before)
    grown = static_cast<double>(now.get<std::uint64_t>() - before->get<std::uint64_t>());
  return grown < 0 ? std::string() : rate_text(grown / seconds_);
}

}  // namespace scx::stats
