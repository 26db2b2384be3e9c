// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/view.h"

#include <fmt/core.h>

#include <algorithm>

#include "parse.h"
#include "render.h"
#include "scx/stats/metadata.h"
#include "text.h"

namespace scx::stats {

struct View::Impl {
  Structs structs;
  const StructSchema* root;  // in structs
  nlohmann::json before;     // the last value shown; null at first
};

View::View(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
View::~View() = default;
View::View(View&&) noexcept = default;
View& View::operator=(View&&) noexcept = default;

Result<View> View::make(const Json& metadata, std::string_view root) {
  auto impl = std::make_unique<Impl>();
  impl->structs = SCX_TRY(parse_metadata(metadata));
  impl->root = SCX_TRY(root_of(impl->structs, root));
  return View(std::move(impl));
}

Result<std::string> View::render(const Json& value, Seconds since_previous) {
  auto now = parse_tree(value.text);
  if (!now.is_object()) return fail(ErrorKind::invalid, "the statistics are no JSON object");
  const Renderer renderer(impl_->structs, since_previous.count());
  std::string text =
      renderer.render(*impl_->root, now, impl_->before.is_null() ? nullptr : &impl_->before);
  impl_->before = std::move(now);
  return text;
}

namespace {

std::string type_of(const FieldSchema& field) {
  const std::string datum = printable(field.datum.type);
  if (field.form == detail::Form::array) return "array of " + datum;
  if (field.form == detail::Form::dict) return fmt::format("{} by {}", datum, printable(field.key));
  return datum;
}

std::string described(const StructSchema& schema) {
  std::string text = printable(schema.name);
  if (!schema.description.empty()) text += ": " + printable(schema.description);
  text += '\n';
  std::vector<std::pair<std::string, std::string>> left;  // name, type
  std::size_t names = 0, types = 0;
  for (const FieldSchema& field : schema.fields) {
    std::string type = type_of(field);
    for (const char* attribute : {"_kind", "_unit"}) {
      if (const auto says = user_of(field, attribute); !says.empty())
        type += ", " + printable(says);
    }
    left.emplace_back(printable(field.name), std::move(type));
    names = std::max(names, width(left.back().first));
    types = std::max(types, width(left.back().second));
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::string line =
        fmt::format("  {}  {}  {}", pad_right(left[i].first, names),
                    pad_right(left[i].second, types), printable(schema.fields[i].description));
    while (line.ends_with(' ')) line.pop_back();
    text += line + '\n';
  }
  return text;
}

}  // namespace

Result<std::string> describe(const Json& metadata) {
  const Structs structs = SCX_TRY(parse_metadata(metadata));
  std::string text;
  for (const bool top : {true, false}) {
    for (const auto& [name, schema] : structs) {
      if (schema.top != top) continue;
      if (!text.empty()) text += '\n';
      text += described(schema);
    }
  }
  return text;
}

}  // namespace scx::stats
