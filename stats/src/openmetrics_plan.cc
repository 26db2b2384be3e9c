// SPDX-License-Identifier: GPL-2.0-only
#include "openmetrics_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace scx::stats::openmetrics {
namespace {

using detail::Form;
using User = std::map<std::string, std::string>;

constexpr std::size_t kMaxPlanned = 4096;  // metrics, and structs
constexpr std::size_t kMaxDepth = 16;      // of structs in each other

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// With '_' for what names of metrics and labels may not have. (A metric's may have ':', which is
// for those who aggregate.)
std::string legal_name(std::string_view text) {
  std::string name;
  for (const char c : text) name.push_back(is_letter(c) || is_digit(c) ? c : '_');
  return name.empty() || is_digit(name.front()) ? fmt::format("_{}", name) : name;
}

using Labels = std::vector<std::string>;

// Other than those around it. Two '_' at the beginning are reserved.
std::string label_name(std::string_view text, const Labels& taken) {
  std::string base = legal_name(text);
  while (base.starts_with("__")) base.erase(0, 1);
  std::string name = base;
  for (int i = 2; std::ranges::find(taken, name) != taken.end(); ++i)
    name = fmt::format("{}{}", base, i);
  return name;
}

std::string text_of(const User& user, const char* name) {
  const auto at = user.find(name);
  return at == user.end() ? std::string() : at->second;
}

bool is_skipped(const FieldSchema& field) {
  const std::string says = text_of(field.user, "_om_skip");
  return !says.empty() && says != "false";
}

Type type_of(const FieldSchema& field) {
  if (field.datum.type == "string") return Type::info;
  return text_of(field.user, "_kind") == "counter" ? Type::counter : Type::gauge;
}

bool is_value(const FieldSchema& field) {
  const std::string& type = field.datum.type;
  return !field.datum.is_struct &&
         (type == "i64" || type == "u64" || type == "float" || type == "string");
}

// Where a struct stands: what is around it.
struct Place {
  std::string path;  // the name of the field that holds it; empty for the root
  Labels labels;
  std::vector<const StructSchema*> structs;  // itself last
};

class Planner {
 public:
  Planner(const Structs& structs, std::string prefix)
      : structs_(structs), prefix_(std::move(prefix)), names_{kUp} {}

  // Values come before structs, so that it is these that give way where a name is taken.
  Result<Node> plan(const Place& place) {
    if (++nodes_ > kMaxPlanned || place.structs.size() > kMaxDepth)
      return fail(ErrorKind::invalid,
                  "the statistics' structs are nested too deep for OpenMetrics");
    Node node;
    const StructSchema& schema = *place.structs.back();
    for (const FieldSchema& field : schema.fields) {
      if (is_skipped(field) || !is_value(field)) continue;
      if (plan_.families.size() == kMaxPlanned)
        return fail(ErrorKind::invalid,
                    fmt::format("the statistics make more than {} metrics", kMaxPlanned));
      node.members.push_back(value(field, place));
    }
    for (const FieldSchema& field : schema.fields) {
      if (is_skipped(field) || !field.datum.is_struct) continue;
      const auto inner = structs_.find(field.datum.type);
      if (inner == structs_.end() ||
          std::ranges::find(place.structs, &inner->second) != place.structs.end())
        continue;  // unknown, or a struct in itself, which no answer can be
      node.members.push_back(SCX_TRY(nested(field, inner->second, place)));
    }
    return node;
  }

  Plan take(Node root) && {
    plan_.root = std::move(root);
    return std::move(plan_);
  }

 private:
  Member value(const FieldSchema& field, const Place& place) {
    Labels labels = place.labels;
    Member member{field.name, field.form, own_label(field, nullptr, labels), plan_.families.size(),
                  nullptr};
    if (!member.label.empty()) labels.push_back(member.label);
    const Type type = type_of(field);
    const StructSchema& schema = *place.structs.back();
    Family family{name_for(field.name, type, schema, place.path), type, field.description, {}, {}};
    if (type == Type::info) {
      family.value_label = label_name(field.name, labels);
    } else if (const std::string unit = text_of(field.user, "_unit"); !unit.empty()) {
      if (unit == legal_name(unit) && family.name.ends_with(fmt::format("_{}", unit))) {
        family.unit = unit;
      } else {
        family.help += fmt::format("{}({})", family.help.empty() ? "" : " ", unit);
      }
    }
    plan_.families.push_back(std::move(family));
    return member;
  }

  Result<Member> nested(const FieldSchema& field, const StructSchema& inner, const Place& place) {
    Place inside = place;
    inside.path = joined(place.path, field.name);
    inside.structs.push_back(&inner);
    Member member{field.name, field.form, own_label(field, &inner, place.labels), 0, nullptr};
    if (!member.label.empty()) inside.labels.push_back(member.label);
    member.node = std::make_unique<Node>(SCX_TRY(plan(inside)));
    return member;
  }

  // Empty for a single value.
  static std::string own_label(const FieldSchema& field, const StructSchema* inner,
                               const Labels& taken) {
    if (field.form == Form::datum) return {};
    std::string label = text_of(field.user, "_om_label");
    if (label.empty() && inner != nullptr) label = text_of(inner->user, "_om_label");
    if (label.empty()) label = field.form == Form::array ? std::string("index") : field.name;
    return label_name(label, taken);
  }

  static std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : fmt::format("{}_{}", path, name);
  }

  // Nobody else's, and no sample's name is one either.
  std::string name_for(const std::string& field, Type type, const StructSchema& schema,
                       const std::string& path) {
    const std::string own = text_of(schema.user, "_om_prefix");
    const bool short_name =
        path.empty() || !own.empty() || !text_of(schema.user, "_om_label").empty();
    std::string name =
        without_suffix(prefix_ + (short_name ? own + field : joined(path, field)), type);
    if (is_taken(name, type)) name = without_suffix(prefix_ + joined(path, field), type);
    for (std::string base = name; is_taken(name, type);)
      name = fmt::format("{}_{}", base, ++clashes_);
    names_.insert(name);
    names_.insert(name + std::string(suffix_of(type)));
    return name;
  }

  static std::string without_suffix(std::string_view wanted, Type type) {
    const std::string_view suffix = suffix_of(type);
    if (wanted.size() > suffix.size() && wanted.ends_with(suffix))
      wanted.remove_suffix(suffix.size());
    return legal_name(wanted);
  }

  bool is_taken(const std::string& name, Type type) const {
    return names_.contains(name) || names_.contains(name + std::string(suffix_of(type)));
  }

  const Structs& structs_;
  std::string prefix_;
  Plan plan_;
  std::set<std::string> names_;  // of families and of samples
  std::size_t nodes_ = 0;
  std::size_t clashes_ = 1;
};

}  // namespace

std::string_view suffix_of(Type type) {
  if (type == Type::counter) return "_total";
  return type == Type::info ? "_info" : "";
}

Result<Plan> make_plan(const Structs& structs, const OpenMetricsOptions& options) {
  const StructSchema* root = SCX_TRY(root_of(structs, options.root));
  StructSchema around;  // a struct whose only field is the list
  if (!options.list.empty()) {
    FieldSchema list;
    list.name = options.list;
    list.form = Form::array;
    list.datum = {root->name, true};
    around.fields.push_back(std::move(list));
    root = &around;
  }
  Planner planner(structs, options.prefix);
  Node node = SCX_TRY(planner.plan({{}, {}, {root}}));
  return std::move(planner).take(std::move(node));
}

}  // namespace scx::stats::openmetrics
