// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/openmetrics.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_set>
#include <vector>

#include "openmetrics_plan.h"
#include "parse.h"
#include "text.h"

namespace scx::stats {
namespace {

using namespace openmetrics;
using Tree = nlohmann::json;
using detail::Form;

// Inside quotes, or as help. The newline is the only control character that can be written.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    for (const char c : printable(text.substr(at, end - at))) {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(c);
    }
    if (end < text.size()) out += "\\n";
    at = end + 1;
  }
  return out;
}

// Labels as they stand between the braces.
std::string with_label(const std::string& labels, std::string_view name, std::string_view value) {
  return fmt::format("{}{}{}=\"{}\"", labels, labels.empty() ? "" : ",", name, escaped(value));
}

// Empty where the value is no number that such a metric may have.
std::string number_text(const Tree& value, Type type) {
  if (!value.is_number()) return {};
  const double size = value.get<double>();
  if (!std::isfinite(size) || (type == Type::counter && size < 0)) return {};
  if (!value.is_number_float()) return value.dump();
  std::array<char, 40> digits;
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), size).ptr};
}

constexpr std::string_view type_name(Type type) {
  switch (type) {
    case Type::counter:
      return "counter";
    case Type::info:
      return "info";
    case Type::gauge:
      break;
  }
  return "gauge";
}

// The lines of one family, which no other's may interrupt.
struct Samples {
  std::string lines;
  std::unordered_set<std::string>
      labels;  // keys that differ in control characters alone look alike
};

class Text {
 public:
  explicit Text(const Plan& plan) : plan_(plan), samples_(plan.families.size()) {}

  void add(const Node& node, const Tree& value, const std::string& labels) {
    if (!value.is_object()) return;
    for (const Member& member : node.members) {
      const auto at = value.find(member.field);
      if (at != value.end()) add(member, *at, labels);
    }
  }

  std::string take() const {
    std::string text = up(true);
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      if (samples_[i].lines.empty()) continue;
      const Family& family = plan_.families[i];
      text += fmt::format("# TYPE {} {}\n", family.name, type_name(family.type));
      if (!family.unit.empty()) text += fmt::format("# UNIT {} {}\n", family.name, family.unit);
      if (!family.help.empty())
        text += fmt::format("# HELP {} {}\n", family.name, escaped(family.help));
      text += samples_[i].lines;
    }
    return text + "# EOF\n";
  }

  static std::string up(bool is_up) {
    return fmt::format("# TYPE {0} gauge\n# HELP {0} Whether the scheduler answers.\n{0} {1:d}\n",
                       kUp, is_up);
  }

 private:
  void add(const Member& member, const Tree& value, const std::string& labels) {
    if (member.form == Form::datum) return add_one(member, value, labels);
    if (member.form == Form::array && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i)
        add_one(member, value[i], with_label(labels, member.label, std::to_string(i)));
    } else if (member.form == Form::dict && value.is_object()) {
      for (const auto& [key, element] : value.items())
        add_one(member, element, with_label(labels, member.label, key));
    }
  }

  void add_one(const Member& member, const Tree& value, const std::string& labels) {
    if (member.node) return add(*member.node, value, labels);
    const Family& family = plan_.families[member.family];
    if (family.type != Type::info) {
      add_sample(member.family, labels, number_text(value, family.type));
    } else if (value.is_string()) {
      add_sample(member.family,
                 with_label(labels, family.value_label, value.get_ref<const std::string&>()), "1");
    }
  }

  void add_sample(std::size_t index, const std::string& labels, const std::string& number) {
    Samples& samples = samples_[index];
    if (number.empty() || !samples.labels.insert(labels).second) return;
    const Family& family = plan_.families[index];
    samples.lines += family.name;
    samples.lines += suffix_of(family.type);
    if (!labels.empty()) samples.lines += fmt::format("{{{}}}", labels);
    samples.lines += fmt::format(" {}\n", number);
  }

  const Plan& plan_;
  std::vector<Samples> samples_;
};

}  // namespace

struct OpenMetrics::Plan : openmetrics::Plan {};

OpenMetrics::OpenMetrics(std::unique_ptr<const Plan> plan) : plan_(std::move(plan)) {}
OpenMetrics::~OpenMetrics() = default;
OpenMetrics::OpenMetrics(OpenMetrics&&) noexcept = default;
OpenMetrics& OpenMetrics::operator=(OpenMetrics&&) noexcept = default;

Result<OpenMetrics> OpenMetrics::make(const Json& metadata, const OpenMetricsOptions& options) {
  const Structs structs = SCX_TRY(parse_metadata(metadata));
  return OpenMetrics(std::make_unique<const Plan>(Plan{SCX_TRY(make_plan(structs, options))}));
}

Result<std::string> OpenMetrics::render(const Json& value) const {
  const Tree tree = parse_tree(value.text);
  if (!tree.is_object()) return fail(ErrorKind::invalid, "the statistics are no JSON object");
  Text text(*plan_);
  text.add(plan_->root, tree, {});
  return text.take();
}

std::string OpenMetrics::down() { return Text::up(false) + "# EOF\n"; }

}  // namespace scx::stats
