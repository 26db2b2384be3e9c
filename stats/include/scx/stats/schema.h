// SPDX-License-Identifier: GPL-2.0-only
//
// Schema: what the declarations say of a struct and of every struct it reaches, as data. This is
// what the request `stats_meta` is answered from, and what views and help texts are made of, so
// that a client can show the statistics of a scheduler it has never heard of.
//
//   Schema schema = Schema::of<Counters>();
//   schema.json().text   // {"Counters":{"name":"Counters","desc":"…","fields":{…}}}
#pragma once

#include <map>
#include <string>
#include <vector>

#include "scx/base/result.h"
#include "scx/stats/json.h"
#include "scx/stats/metrics.h"

namespace scx::stats {

// The type of one value, in the protocol's words: "i64", "u64", "float", "string", or a struct.
struct Datum {
  std::string type;
  bool is_struct = false;  // then type is the struct's name
  bool operator==(const Datum&) const = default;
};

struct FieldSchema {
  std::string name;
  std::string description;
  detail::Form form = detail::Form::datum;
  std::string key;  // of a dict: "i64", "u64" or "string"; else empty
  Datum datum;      // of the value, of each element of an array, of each value of a dict
  std::map<std::string, std::string> user;  // with "_kind" and "_unit" where they are set
  bool operator==(const FieldSchema&) const = default;
};

struct StructSchema {
  std::string name;
  std::string description;
  bool top = false;
  std::map<std::string, std::string> user;
  std::vector<FieldSchema> fields;  // in the order of declaration
  bool operator==(const StructSchema&) const = default;
};

// A value; copies are independent. Building one costs allocations: once a program, not once a
// request.
class Schema {
 public:
  // T and all structs reachable from it. There are no loops: a struct is declared after those
  // inside it.
  template <Metrics T>
  static Schema of() {
    Schema schema;
    schema.root_ = schema.add<T>();
    return schema;
  }

  // The name of T in of<T>(); empty in a Schema that was put together by merge().
  const std::string& root() const { return root_; }
  const std::map<std::string, StructSchema>& structs() const { return structs_; }

  // Marks the root as a struct that generic clients start from.
  void mark_top();

  // Adds the other's structs. Errors: invalid when two different structs have the same name, here
  // or inside either of the two.
  Status merge(const Schema& other);

  // The protocol's answer to `stats_meta`: an object of structs by name, sorted by name; in each
  // the fields in the order of declaration. `top`, `desc` and `user` only where there is something
  // to say. Ours are the fields' user attributes "_kind" ("counter"; everything else is a level)
  // and "_unit".
  Json json() const;

 private:
  void insert(StructSchema schema);

  template <typename T>
  std::string add();
  template <typename T>
  Datum datum_of();

  std::string root_;
  std::map<std::string, StructSchema> structs_;
  std::string conflict_;  // the name of two different structs, if there are such
};

namespace detail {

template <typename T>
std::string number_type() {
  if constexpr (std::floating_point<T>) return "float";
  return std::unsigned_integral<T> ? "u64" : "i64";
}

template <typename Item>
FieldSchema describe_field(const Item& item) {
  FieldSchema field;
  field.name = item.name;
  field.description = item.description;
  if (item.kind == Kind::counter) field.user["_kind"] = "counter";
  if (!item.unit_name.empty()) field.user["_unit"] = item.unit_name;
  for (const Attribute& a : item.attributes)
    field.user.insert_or_assign(std::string(a.name), a.value);
  return field;
}

template <typename T>
std::string key_type() {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else if constexpr (text<T>) {
    return "string";
  } else {
    return number_type<T>();
  }
}

}  // namespace detail

template <typename T>
Datum Schema::datum_of() {
  if constexpr (detail::number<T>) {
    return {detail::number_type<T>(), false};
  } else if constexpr (detail::text<T>) {
    return {"string", false};
  } else {
    return {add<T>(), true};
  }
}

template <typename T>
std::string Schema::add() {
  constexpr auto declaration = scx_metrics(static_cast<const T*>(nullptr));
  const std::string name(declaration.name);
  StructSchema schema{name, std::string(declaration.description), false, {}, {}};
  detail::for_each_item<T>([&](const auto& item) {
    using Item = std::remove_cvref_t<decltype(item)>;
    if constexpr (std::same_as<Item, Top>) {
      schema.top = true;
    } else if constexpr (std::same_as<Item, Attribute>) {
      schema.user.insert_or_assign(std::string(item.name), item.value);
    } else {
      using Shape = detail::Shape<typename Item::MemberType>;
      FieldSchema field = detail::describe_field(item);
      field.form = Shape::form;
      field.key = detail::key_type<typename Shape::Key>();
      field.datum = datum_of<typename Shape::Element>();
      schema.fields.push_back(std::move(field));
    }
  });
  insert(std::move(schema));
  return name;
}

}  // namespace scx::stats
