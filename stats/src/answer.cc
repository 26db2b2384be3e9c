// SPDX-License-Identifier: GPL-2.0-only
#include <fmt/core.h>

#include <cerrno>
#include <optional>

#include "parse.h"
#include "wire.h"

namespace scx::stats::wire {
namespace {

// Hears the parts of an answer in their order, keeps its errno and writes down `resp` as it comes.
// A tree would forget the order of the members, or look each of them up among all before it.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool too_deep() const { return depth_ > kDeepest; }

  std::optional<Answer> take() && {
    if (!err_ || !has_resp_) return std::nullopt;
    Json value = std::move(resp_).take();
    if (*err_ == 0) return Answer{0, std::move(value), {}};
    const int positive = *err_ > 0 && *err_ < 4096 ? static_cast<int>(*err_) : EINVAL;
    return Answer{positive, {}, text_ ? std::move(*text_) : std::move(value.text)};
  }

  bool null() override { return scalar(Json{"null"}); }
  bool boolean(bool is) override { return scalar(Json{is ? "true" : "false"}); }
  bool number_integer(std::int64_t number) override { return scalar(number) && keep_errno(number); }
  bool number_unsigned(std::uint64_t number) override {
    return scalar(number) && keep_errno(static_cast<std::int64_t>(number));
  }
  bool number_float(double, const std::string& spelled) override { return scalar(Json{spelled}); }
  bool string(std::string& text) override {
    if (!scalar(std::string_view(text))) return false;
    if (in_resp_ && depth_ == kArgs) text_ = text;
    return true;
  }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // not in text

  bool start_object(std::size_t) override {
    if (depth_ != 0 && !begin_value()) return false;
    if (depth_ == kAnswer) in_args_ = key_ == "args";
    if (in_resp_) resp_.begin_object();
    return deeper();
  }
  bool start_array(std::size_t) override {
    if (!begin_value()) return false;
    if (in_resp_) resp_.begin_array();
    return deeper();
  }
  bool end_object() override {
    if (depth_ == kArgs) in_args_ = in_resp_ = false;
    if (in_resp_) resp_.end_object();
    --depth_;
    return true;
  }
  bool end_array() override {
    if (in_resp_) resp_.end_array();
    --depth_;
    return true;
  }
  bool key(std::string& name) override {
    if (depth_ > kArgs) {
      if (in_resp_) resp_.key(std::string_view(name));
      return true;
    }
    key_ = name;
    in_resp_ = in_args_ && key_ == "resp";
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  // Depths at which the members of the answer stand, and those of its args.
  static constexpr std::size_t kAnswer = 1, kArgs = 2;
  static constexpr std::size_t kDeepest = kArgs + kMaxJsonDepth;

  // False where the answer itself is no object. Of members of one name the last counts.
  bool begin_value() {
    if (depth_ == kAnswer && key_ == "errno") err_.reset();
    if (depth_ == kAnswer && key_ == "args") has_resp_ = false;
    if (depth_ == kArgs && in_resp_) {
      has_resp_ = true;
      resp_ = JsonWriter();
      text_.reset();
    }
    return depth_ != 0;
  }

  template <typename T>
  bool scalar(const T& value) {
    if (!begin_value()) return false;
    if (in_resp_) resp_.value(value);
    return true;
  }

  bool keep_errno(std::int64_t number) {
    if (depth_ == kAnswer && key_ == "errno") err_ = number;
    return true;
  }

  bool deeper() { return ++depth_ <= kDeepest; }

  std::size_t depth_ = 0;  // open brackets
  std::string key_;        // the last one of the answer, or of its args
  bool in_args_ = false;
  bool in_resp_ = false;
  bool has_resp_ = false;
  std::optional<std::int64_t> err_;
  JsonWriter resp_;
  std::optional<std::string> text_;  // of a `resp` that is a string
};

}  // namespace

Result<Answer> parse_answer(std::string_view line) {
  Reader reader;
  const bool is_json = !has_nul(line) && nlohmann::json::sax_parse(line, &reader);
  if (reader.too_deep()) {
    return fail(
        ErrorKind::invalid,
        fmt::format("brackets stand in each other more than {} deep in an answer", kMaxJsonDepth),
        "is it a scheduler that listens there?");
  }
  if (is_json) {
    if (auto answer = std::move(reader).take()) return std::move(*answer);
  }
  return fail(ErrorKind::invalid,
              fmt::format("'{}' is no answer of a scheduler's statistics", excerpt(line)),
              "is it a scheduler that listens there?");
}

}  // namespace scx::stats::wire
