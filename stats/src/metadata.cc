// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/metadata.h"

#include <fmt/core.h>

#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "parse.h"
#include "wire.h"

namespace scx::stats {
namespace {

// Members in the order in which they came, as the author of the metadata wrote them. nlohmann's own
// looks for each among all before it; here a name may come twice, and the first counts.
template <typename Key, typename Value, typename, typename Allocator>
struct Members : nlohmann::ordered_map<Key, Value, std::less<>, Allocator> {
  using Base = nlohmann::ordered_map<Key, Value, std::less<>, Allocator>;
  using Base::Base;
  Value& operator[](const Key& name) { return Base::Container::emplace_back(name, Value()).second; }
};

using Tree = nlohmann::basic_json<Members>;

constexpr std::size_t kMaxBytes = 1 << 20;

std::string text_at(const Tree& tree, const char* key) {
  const auto at = tree.find(key);
  return at != tree.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::map<std::string, std::string> user_at(const Tree& tree) {
  std::map<std::string, std::string> user;
  const auto at = tree.find("user");
  if (at == tree.end() || !at->is_object()) return user;
  for (const auto& [name, value] : at->items()) {
    if (value.is_string()) user.emplace(name, value.get<std::string>());
  }
  return user;
}

std::optional<Datum> datum_from(const Tree& tree) {
  if (tree.is_string()) return Datum{tree.get<std::string>(), false};
  if (!tree.is_object()) return std::nullopt;
  std::string name = text_at(tree, "struct");
  if (name.empty()) return std::nullopt;
  return Datum{std::move(name), true};
}

std::optional<FieldSchema> field_from(const std::string& name, const Tree& tree) {
  if (!tree.is_object()) return std::nullopt;
  FieldSchema field;
  field.name = name;
  field.description = text_at(tree, "desc");
  field.user = user_at(tree);
  std::optional<Datum> datum;
  if (const auto one = tree.find("datum"); one != tree.end()) {
    datum = datum_from(*one);
  } else if (const auto array = tree.find("array"); array != tree.end()) {
    field.form = detail::Form::array;
    datum = datum_from(*array);
  } else if (const auto dict = tree.find("dict"); dict != tree.end() && dict->is_object()) {
    field.form = detail::Form::dict;
    field.key = text_at(*dict, "key");
    if (const auto values = dict->find("datum"); values != dict->end()) datum = datum_from(*values);
  }
  if (!datum) return std::nullopt;
  field.datum = std::move(*datum);
  return field;
}

std::optional<StructSchema> struct_from(const std::string& name, const Tree& tree) {
  if (!tree.is_object()) return std::nullopt;
  const auto fields = tree.find("fields");
  if (fields == tree.end() || !fields->is_object()) return std::nullopt;
  StructSchema schema;
  schema.name = name;
  schema.description = text_at(tree, "desc");
  schema.top = tree.contains("top");
  schema.user = user_at(tree);
  std::set<std::string_view> names;
  for (const auto& [field_name, field] : fields->items()) {
    if (!names.insert(field_name).second) continue;
    if (auto known = field_from(field_name, field)) schema.fields.push_back(std::move(*known));
  }
  return schema;
}

std::unexpected<Error> no_metadata(std::string_view why) {
  return fail(ErrorKind::invalid, fmt::format("the statistics' metadata {}", why));
}

}  // namespace

Result<Structs> parse_metadata(const Json& metadata) {
  if (metadata.text.size() > kMaxBytes) return no_metadata("are larger than 1 MiB");
  const Tree tree = parse_tree<Tree>(metadata.text);
  if (!tree.is_object()) return no_metadata("are no JSON object");
  Structs structs;
  for (const auto& [name, description] : tree.items()) {
    auto schema = struct_from(name, description);
    if (!schema) return no_metadata(fmt::format("do not say what is in {}", wire::excerpt(name)));
    structs.emplace(name, std::move(*schema));
  }
  return structs;
}

Result<const StructSchema*> root_of(const Structs& structs, std::string_view root) {
  const StructSchema* found = nullptr;
  for (const auto& [name, schema] : structs) {
    if (root.empty() ? schema.top : name == root) found = &schema;
  }
  if (found != nullptr) return found;
  if (!root.empty())
    return fail(ErrorKind::missing, fmt::format("the statistics have no struct named {}", root));
  return no_metadata("mark no struct as top");
}

std::string_view user_of(const FieldSchema& field, std::string_view name) {
  const auto at = field.user.find(std::string(name));
  return at == field.user.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace scx::stats
