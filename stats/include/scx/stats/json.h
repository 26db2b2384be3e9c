// SPDX-License-Identifier: GPL-2.0-only
//
// JSON as this library passes it around: text that is known to be JSON, and a writer that makes it.
// Statistics are made once, sent, and parsed by somebody else; a tree of values in between would
// cost every embedder the compile time of a JSON library. To take such text apart, use any parser
// (the project's own sources use nlohmann/json, which is no part of these headers).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace scx::stats {

// One JSON value as UTF-8 text without line breaks. Whoever makes one by hand vouches for that.
struct Json {
  std::string text;
  bool operator==(const Json&) const = default;
};

// How deep brackets may stand in each other in JSON that comes from elsewhere. Statistics need a
// few levels; a parser's functions may call themselves for each.
inline constexpr std::size_t kMaxJsonDepth = 32;

// Whether a text keeps to that. Says nothing on whether it is JSON; where it is none, a parser
// finds that out before it is any deeper.
bool is_shallow(std::string_view text);

// Writes one JSON value from front to back, without spaces, in the order of the calls. Requires:
// calls that make a well-formed value (a key before each member of an object, every begin ended).
// One thread at a time.
//
//   JsonWriter out;
//   out.begin_object();
//   out.key("cpus");
//   out.value(std::uint64_t{8});
//   out.end_object();
//   Json json = std::move(out).take();   // {"cpus":8}
class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  // An integer key is written as a string, as JSON demands.
  void key(std::string_view name);
  template <std::integral T>
  void key(T number) {
    if constexpr (std::signed_integral<T>) {
      integer_key(static_cast<std::int64_t>(number));
    } else {
      integer_key(static_cast<std::uint64_t>(number));
    }
  }

  // Bytes that are no UTF-8 become U+FFFD. Control characters are escaped, all of them.
  void value(std::string_view text);
  // JSON has no infinities and no NaN: those become null.
  void value(double number);
  void value(float number);
  template <std::integral T>
  void value(T number) {
    if constexpr (std::signed_integral<T>) {
      integer(static_cast<std::int64_t>(number));
    } else {
      integer(static_cast<std::uint64_t>(number));
    }
  }
  void value(const Json& json);

  void member(std::string_view name, const auto& its_value) {
    key(name);
    value(its_value);
  }

  Json take() && { return Json{std::move(text_)}; }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void quote(std::string_view text);
  void integer(std::int64_t number);
  void integer(std::uint64_t number);
  void integer_key(std::int64_t number);
  void integer_key(std::uint64_t number);

  std::string text_;
  bool comma_ = false;
};

}  // namespace scx::stats
