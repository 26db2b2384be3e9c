// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/match.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "parse.h"
#include "scx/stats/metadata.h"
#include "wire.h"

namespace scx::stats {
namespace {

using Tree = nlohmann::json;

// "sched_samples" and "SchedSamples" are the same word.
std::string plain_word(std::string_view name) {
  std::string word;
  for (const char c : name) {
    if (c == '_' || c == '-') continue;
    word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return word;
}

bool fits(const StructSchema& schema, const Tree& value) {
  std::set<std::string_view> names;
  for (const FieldSchema& field : schema.fields) names.insert(field.name);
  for (const auto& [name, member] : value.items()) {
    if (!names.contains(name)) return false;
  }
  return true;
}

// The best of the structs that fit; nullptr where there is none. An empty value fits all, so it
// takes the name to tell.
const StructSchema* best_for(const Structs& structs, const std::string& word, const Tree& value) {
  const StructSchema* best = nullptr;
  const auto rank = [&](const StructSchema& schema) {
    return std::tuple(plain_word(schema.name) != word, schema.fields.size());
  };
  for (const auto& [name, schema] : structs) {
    if (!fits(schema, value) || (value.empty() && std::get<0>(rank(schema)))) continue;
    if (best == nullptr || rank(schema) < rank(*best)) best = &schema;
  }
  return best;
}

// What the elements of a list are: by the first of them, or by the name without its plural's s.
const StructSchema* best_for_elements(const Structs& structs, std::string word, const Tree& list) {
  if (word.ends_with('s')) word.pop_back();
  const Tree& first = list.empty() ? Tree::object() : list.front();
  return first.is_object() ? best_for(structs, word, first) : nullptr;
}

}  // namespace

Result<Match> match(const Json& metadata, std::string_view target, const Json& answer) {
  const Structs structs = SCX_TRY(parse_metadata(metadata));
  if (target == "top") return Match{SCX_TRY(root_of(structs, {}))->name, {}};
  const Tree value = parse_tree(answer.text);
  const std::string word = plain_word(target);
  if (value.is_object()) {
    if (const StructSchema* one = best_for(structs, word, value)) return Match{one->name, {}};
    if (value.size() == 1 && value.begin()->is_array()) {
      if (const StructSchema* one = best_for_elements(structs, word, *value.begin()))
        return Match{one->name, value.begin().key()};
    }
  }
  return fail(ErrorKind::missing,
              fmt::format("the scheduler does not say what the statistics '{}' are made of",
                          wire::excerpt(target)));
}

}  // namespace scx::stats
