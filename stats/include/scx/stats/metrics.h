// SPDX-License-Identifier: GPL-2.0-only
//
// A metric is declared once, beside the plain struct that holds its value: name, kind, unit and
// what it means. From the declaration follow the JSON of a value (to_json()), the metadata that
// generic clients read (Schema, schema.h) and the view for people (View, view.h).
//
//   struct Counters {
//     std::uint64_t local = 0;
//     double busy = 0;
//   };
//   SCX_METRICS(Counters, "what scx_simple did",
//               scx::counter(&Counters::local, "local", "tasks dispatched straight to a CPU"),
//               scx::gauge(&Counters::busy, "busy", "time that CPUs were running").unit("%"));
//
//   scx::stats::to_json(Counters{.local = 3, .busy = 12.5}).text   // {"local":3,"busy":12.5}
//
// Kinds of members:
//   scx::counter  a number that only grows while the scheduler runs; people see its rate
//   scx::gauge    a number that is a level
//   scx::field    a text or a declared struct
// Each takes the thing itself, a vector, std::array or C array of it, or a std::map from an integer
// or std::string to it. Numbers are all integers but bool and characters, float and double; texts
// are std::string. Anything else does not compile and says why.
//
// SCX_METRICS stands at namespace scope, in the namespace of its struct (argument-dependent lookup
// finds it there), after the struct and after the declarations of structs inside it. The name in
// the metadata is the struct's without namespaces. Inside it counter, gauge, field, top and
// attribute need no scx::stats in front.
//
// The struct's own attributes stand among the fields:
//   top()                          generic clients start from this struct (the struct of the
//                                  service's target "top" has it without being told)
//   attribute("_om_prefix", "s_")  any attribute whose name starts with '_', for clients that
//                                  know it; a field takes the same as .attribute(…)
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "scx/stats/json.h"

namespace scx::stats {

enum class Kind { plain, counter, gauge };

// A user attribute; its name starts with '_'.
struct Attribute {
  std::string_view name;
  std::string_view value = "true";
};

// Marks the struct that generic clients start from.
struct Top {};

constexpr Top top() { return {}; }
constexpr Attribute attribute(std::string_view name, std::string_view value = "true") {
  return {name, value};
}

// One member of a struct and what is known of it. Made by counter(), gauge() and field().
template <typename Class, typename Member, std::size_t Attributes = 0>
struct Field {
  using MemberType = Member;
  Member Class::*member;
  std::string_view name;
  std::string_view description;
  Kind kind;
  std::string_view unit_name = {};
  std::array<Attribute, Attributes> attributes = {};

  // The unit that people read behind the value: "%", "ns", "tasks".
  constexpr Field unit(std::string_view of) const {
    Field copy = *this;
    copy.unit_name = of;
    return copy;
  }

  constexpr auto attribute(std::string_view of, std::string_view value = "true") const {
    Field<Class, Member, Attributes + 1> copy{member, name, description, kind, unit_name, {}};
    for (std::size_t i = 0; i < Attributes; ++i) copy.attributes[i] = attributes[i];
    copy.attributes[Attributes] = {of, value};
    return copy;
  }
};

namespace detail {

template <typename T, typename... Others>
concept one_of = (std::same_as<T, Others> || ...);

template <typename T>
concept integer = std::integral<T> && sizeof(T) <= 8 &&
                  !one_of<T, bool, char, wchar_t, char8_t, char16_t, char32_t>;
template <typename T>
concept number = integer<T> || one_of<T, float, double>;
template <typename T>
concept text = std::same_as<T, std::string>;

// SCX_METRICS's function, found in the namespace of T.
template <typename T>
concept declared = requires {
  scx_metrics(static_cast<const T*>(nullptr));
};

template <typename T>
concept datum = number<T> || text<T> || declared<T>;

enum class Form { datum, array, dict };

// What a member is made of: its form, its elements and, for a dict, its keys.
template <typename T>
struct Shape {
  static constexpr Form form = Form::datum;
  using Element = T;
  using Key = void;
};
template <typename T, typename Allocator>
struct Shape<std::vector<T, Allocator>> {
  static constexpr Form form = Form::array;
  using Element = T;
  using Key = void;
};
template <typename T, std::size_t N>
struct Shape<std::array<T, N>> : Shape<std::vector<T>> {};
template <typename T, std::size_t N>
struct Shape<T[N]> : Shape<std::vector<T>> {};
template <typename K, typename T, typename Compare, typename Allocator>
struct Shape<std::map<K, T, Compare, Allocator>> {
  static_assert(integer<K> || text<K>,
                "scx metrics: the keys of a dictionary are integers or std::string");
  static constexpr Form form = Form::dict;
  using Element = T;
  using Key = K;
};

template <typename T>
using Element = typename Shape<T>::Element;

template <typename T>
struct is_field : std::false_type {};
template <typename Class, typename Member, std::size_t N>
struct is_field<Field<Class, Member, N>> : std::true_type {};
template <typename T>
concept field_item = is_field<T>::value;

template <typename T, typename Item>
struct belongs_to : std::bool_constant<one_of<Item, Top, Attribute>> {};
template <typename T, typename Class, typename Member, std::size_t N>
struct belongs_to<T, Field<Class, Member, N>> : std::is_base_of<Class, T> {};

}  // namespace detail

// A struct with an SCX_METRICS declaration.
template <typename T>
concept Metrics = detail::declared<T>;

template <typename Class, typename Member>
constexpr auto counter(Member Class::*member, std::string_view name, std::string_view description) {
  static_assert(detail::number<detail::Element<Member>>,
                "scx::counter takes a member that is an integer, float or double (not bool or "
                "char), or an array or std::map of them; for texts and structs use scx::field");
  return Field<Class, Member>{member, name, description, Kind::counter};
}

template <typename Class, typename Member>
constexpr auto gauge(Member Class::*member, std::string_view name, std::string_view description) {
  static_assert(detail::number<detail::Element<Member>>,
                "scx::gauge takes a member that is an integer, float or double (not bool or "
                "char), or an array or std::map of them; for texts and structs use scx::field");
  return Field<Class, Member>{member, name, description, Kind::gauge};
}

template <typename Class, typename Member>
constexpr auto field(Member Class::*member, std::string_view name, std::string_view description) {
  static_assert(!detail::number<detail::Element<Member>>,
                "scx::field takes texts and structs; for numbers use scx::counter or scx::gauge");
  static_assert(detail::datum<detail::Element<Member>>,
                "scx::field takes a std::string or a struct declared by an SCX_METRICS above (in "
                "the namespace of that struct), or an array or std::map of them");
  return Field<Class, Member>{member, name, description, Kind::plain};
}

// What SCX_METRICS knows of T. Items are Field, Top and Attribute.
template <typename T, typename... Items>
struct Declaration {
  static_assert((detail::belongs_to<T, Items>::value && ...),
                "SCX_METRICS: a member pointer of another struct, or something that is none of "
                "counter(), gauge(), field(), top(), attribute()");
  std::string_view name;  // without namespaces
  std::string_view description;
  std::tuple<Items...> items;
};

namespace detail {

constexpr std::string_view last_name(std::string_view qualified) {
  const auto colon = qualified.rfind(':');
  auto name = colon == std::string_view::npos ? qualified : qualified.substr(colon + 1);
  while (name.starts_with(' ')) name.remove_prefix(1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  return name;
}

template <typename T, typename... Items>
constexpr auto declare(std::string_view type, std::string_view description, Items... items) {
  return Declaration<T, Items...>{last_name(type), description, {items...}};
}

template <typename T, typename... Items>
constexpr bool names_differ(const Declaration<T, Items...>& declaration) {
  std::array<std::string_view, sizeof...(Items) + 1> names{};
  std::size_t count = 0;
  bool differ = true;
  const auto check = [&](const auto& item) {
    if constexpr (field_item<std::remove_cvref_t<decltype(item)>>) {
      if (item.name.empty()) differ = false;
      for (std::size_t i = 0; i < count; ++i) differ = differ && names[i] != item.name;
      names[count++] = item.name;
    }
  };
  std::apply([&](const auto&... item) { (check(item), ...); }, declaration.items);
  return differ;
}

template <typename T, typename... Items>
constexpr bool attributes_marked(const Declaration<T, Items...>& declaration) {
  bool marked = true;
  const auto check = [&](const auto& item) {
    using Item = std::remove_cvref_t<decltype(item)>;
    if constexpr (field_item<Item>) {
      for (const Attribute& a : item.attributes) marked = marked && a.name.starts_with('_');
    } else if constexpr (std::same_as<Item, Attribute>) {
      marked = marked && item.name.starts_with('_');
    }
  };
  std::apply([&](const auto&... item) { (check(item), ...); }, declaration.items);
  return marked;
}

// Calls with each item of T's declaration, in its order.
template <Metrics T, typename Function>
void for_each_item(Function&& function) {
  static constexpr auto declaration = scx_metrics(static_cast<const T*>(nullptr));
  std::apply([&](const auto&... item) { (function(item), ...); }, declaration.items);
}

template <typename T>
void write(JsonWriter& out, const T& value) {
  constexpr Form form = Shape<T>::form;
  if constexpr (form == Form::array) {
    out.begin_array();
    for (const auto& element : value) write(out, element);
    out.end_array();
  } else if constexpr (form == Form::dict) {
    out.begin_object();
    for (const auto& [key, element] : value) {
      out.key(key);
      write(out, element);
    }
    out.end_object();
  } else if constexpr (number<T> || text<T>) {
    out.value(value);
  } else {
    out.begin_object();
    for_each_item<T>([&](const auto& item) {
      if constexpr (field_item<std::remove_cvref_t<decltype(item)>>) {
        out.key(item.name);
        write(out, value.*item.member);
      }
    });
    out.end_object();
  }
}

}  // namespace detail

// The value as a JSON object, fields in the order of their declaration. Any thread.
template <Metrics T>
Json to_json(const T& value) {
  JsonWriter out;
  detail::write(out, value);
  return std::move(out).take();
}

}  // namespace scx::stats

namespace scx {
using stats::counter;
using stats::field;
using stats::gauge;
}  // namespace scx

// SCX_METRICS(Type, "description", counter(…), gauge(…), field(…), top(), attribute(…)…);
#define SCX_METRICS(Type, type_description, ...)                                               \
  [[maybe_unused]] constexpr auto scx_metrics(const Type*) {                                   \
    using ::scx::stats::attribute;                                                             \
    using ::scx::stats::counter;                                                               \
    using ::scx::stats::field;                                                                 \
    using ::scx::stats::gauge;                                                                 \
    using ::scx::stats::top;                                                                   \
    return ::scx::stats::detail::declare<Type>(#Type,                                          \
                                               type_description __VA_OPT__(, ) __VA_ARGS__);   \
  }                                                                                            \
  static_assert(                                                                               \
      ::scx::stats::detail::names_differ(scx_metrics(static_cast<const Type*>(nullptr))),      \
      "SCX_METRICS: two fields have the same name, or one has none");                          \
  static_assert(                                                                               \
      ::scx::stats::detail::attributes_marked(scx_metrics(static_cast<const Type*>(nullptr))), \
      "SCX_METRICS: the name of an attribute starts with '_'")
