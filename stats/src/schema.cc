// SPDX-License-Identifier: GPL-2.0-only
#include "scx/stats/schema.h"

#include <fmt/core.h>

namespace scx::stats {
namespace {

void write_user(JsonWriter& out, const std::map<std::string, std::string>& user) {
  if (user.empty()) return;
  out.key("user");
  out.begin_object();
  for (const auto& [name, value] : user) {
    out.member(name, value);
  }
  out.end_object();
}

void write_text(JsonWriter& out, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  out.member(key, text);
}

void write_datum(JsonWriter& out, const Datum& datum) {
  if (!datum.is_struct) return out.value(datum.type);
  out.begin_object();
  out.member("struct", datum.type);
  out.end_object();
}

void write_type(JsonWriter& out, const FieldSchema& field) {
  switch (field.form) {
    case detail::Form::datum:
      out.key("datum");
      return write_datum(out, field.datum);
    case detail::Form::array:
      out.key("array");
      return write_datum(out, field.datum);
    case detail::Form::dict:
      out.key("dict");
      out.begin_object();
      out.member("key", field.key);
      out.key("datum");
      write_datum(out, field.datum);
      out.end_object();
  }
}

void write_struct(JsonWriter& out, const StructSchema& schema) {
  out.begin_object();
  out.member("name", schema.name);
  if (schema.top) write_text(out, "top", "true");
  write_text(out, "desc", schema.description);
  write_user(out, schema.user);
  out.key("fields");
  out.begin_object();
  for (const FieldSchema& field : schema.fields) {
    out.key(field.name);
    out.begin_object();
    write_type(out, field);
    write_text(out, "desc", field.description);
    write_user(out, field.user);
    out.end_object();
  }
  out.end_object();
  out.end_object();
}

// top is no part of what makes two structs the same: a service sets it on one of them.
bool same(const StructSchema& a, StructSchema b) {
  b.top = a.top;
  return a == b;
}

}  // namespace

void Schema::mark_top() {
  if (const auto root = structs_.find(root_); root != structs_.end()) root->second.top = true;
}

void Schema::insert(StructSchema schema) {
  const auto [at, inserted] = structs_.try_emplace(schema.name, schema);
  if (inserted) return;
  if (!same(at->second, schema)) conflict_ = schema.name;
  at->second.top = at->second.top || schema.top;
}

Status Schema::merge(const Schema& other) {
  for (const auto& [name, schema] : other.structs_) insert(schema);
  if (conflict_.empty()) conflict_ = other.conflict_;
  if (conflict_.empty()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("two different structs of statistics are named {}", conflict_),
              "rename one; namespaces are no part of the name");
}

Json Schema::json() const {
  JsonWriter out;
  out.begin_object();
  for (const auto& [name, schema] : structs_) {
    out.key(name);
    write_struct(out, schema);
  }
  out.end_object();
  return std::move(out).take();
}

}  // namespace scx::stats
