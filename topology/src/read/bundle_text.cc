// SPDX-License-Identifier: GPL-2.0-only
//
// Bundle ↔ JSON:
//
//   {"scxx-bundle": 1,
//    "absent": {path: errno's name, or its number},
//    "files": {path: content, or the number of its place in "texts"},
//    "hwloc-error": …, "hwloc-xml": …, "kernel": …,
//    "listings": {path: [name, …]},
//    "machine": …, "model": …,
//    "texts": [long contents that several files have]}
//
// Empty entries are left out. A machine of 8,192 CPUs has 40,000 masks of 2 KB, most of them equal;
// hence the texts. And it has too many files for a tree of JSON values: what is read goes from the
// parser right into TreeContents.
#include "bundle_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "input_file.h"

namespace scx {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kLongText = 80;

constexpr std::array<std::pair<std::string_view, int>, 14> kErrnoNames = {{
    {"EACCES", EACCES},
    {"EBUSY", EBUSY},
    {"EFBIG", EFBIG},
    {"EINVAL", EINVAL},
    {"EIO", EIO},
    {"EISDIR", EISDIR},
    {"ELOOP", ELOOP},
    {"ENAMETOOLONG", ENAMETOOLONG},
    {"ENODEV", ENODEV},
    {"ENOENT", ENOENT},
    {"ENOTDIR", ENOTDIR},
    {"ENXIO", ENXIO},
    {"EOPNOTSUPP", EOPNOTSUPP},
    {"EPERM", EPERM},
}};

std::string json_string(std::string_view text) { return nlohmann::json(to_json_text(text)).dump(); }

std::string errno_text(int err) {
  for (const auto& [name, number] : kErrnoNames) {
    if (number == err) return json_string(name);
  }
  return fmt::format("{}", err);
}

// An entry with a line for each path, in their order.
template <typename T, typename ToText>
void append_map(std::string& out, std::string_view name, const TreeContents::ByPath<T>& map,
                ToText to_text) {
  if (map.empty()) return;
  std::vector<const typename TreeContents::ByPath<T>::value_type*> sorted;
  for (const auto& entry : map) sorted.push_back(&entry);
  std::ranges::sort(sorted, {},
                    [](const auto* entry) -> const std::string& { return entry->first; });
  out += fmt::format(",\n\"{}\": {{", name);
  for (const auto* entry : sorted) {
    out += entry == sorted.front() ? "\n" : ",\n";
    out += json_string(entry->first) + ": " + to_text(entry->second);
  }
  out += "\n}";
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty()) out += fmt::format(",\n\"{}\": {}", name, json_string(text));
}

// Long texts that several files hold, in the order of the files.
class SharedTexts {
 public:
  explicit SharedTexts(const TreeContents& tree) {
    for (const auto& [path, text] : tree.files()) {
      if (text->size() > kLongText) ++uses_[text];
    }
  }
  std::string operator()(const std::string* text) {
    const auto uses = uses_.find(text);
    if (uses == uses_.end() || uses->second < 2) return json_string(*text);
    const auto [place, added] = place_.emplace(text, texts_.size());
    if (added) texts_.push_back(text);
    return fmt::format("{}", place->second);
  }
  void append_to(std::string& out) const {
    if (texts_.empty()) return;
    out += ",\n\"texts\": [";
    for (const std::string* text : texts_) {
      out += text == texts_.front() ? "\n" : ",\n";
      out += json_string(*text);
    }
    out += "\n]";
  }

 private:
  std::unordered_map<const std::string*, int> uses_;
  std::unordered_map<const std::string*, std::size_t> place_;
  std::vector<const std::string*> texts_;
};

// Takes what the parser finds, and stops it at the first thing that is out of place.
class Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return out_of_place("null"); }
  bool boolean(bool) override { return out_of_place("true or false"); }
  bool number_integer(number_integer_t) override { return out_of_place("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    return out_of_place("a number with a point or of too many digits");
  }
  bool binary(binary_t&) override { return out_of_place("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (at_ == At::top && key_ == kVersionKey) {
      versioned_ = true;
      return value == kVersion ||
             stop(fmt::format("it is of version {}, and this program reads version {}", value,
                              kVersion));
    }
    if (at_ == At::files) {
      shared_.emplace_back(key_, value);
      return true;
    }
    if (at_ != At::absent || value == 0 || value > 4095) return out_of_place("a number");
    bundle_.tree.add_absent(key_, static_cast<int>(value));
    return true;
  }

  bool string(string_t& text) override {
    if (at_ == At::listing || at_ == At::texts) {
      list_.push_back(from_json_text(text));
    } else if (at_ == At::files) {
      bundle_.tree.add_file(key_, from_json_text(text));
    } else if (at_ == At::absent) {
      const auto known =
          std::ranges::find(kErrnoNames, text, &std::pair<std::string_view, int>::first);
      if (known == kErrnoNames.end()) return out_of_place("a text that names no error");
      bundle_.tree.add_absent(key_, known->second);
    } else {
      const auto field = fields_.find(key_);
      if (at_ != At::top || field == fields_.end()) return out_of_place("a text");
      *field->second = from_json_text(text);
    }
    return true;
  }

  bool key(string_t& text) override {
    key_ = from_json_text(text);
    if (at_ == At::top && !versioned_ && key_ != kVersionKey)
      return stop(fmt::format("it is no bundle: its first entry is no \"{}\"", kVersionKey));
    return true;
  }

  bool start_object(std::size_t) override {
    if (at_ == At::outside) return enter(At::top);
    if (at_ == At::top && key_ == "absent") return enter(At::absent);
    if (at_ == At::top && key_ == "files") return enter(At::files);
    if (at_ == At::top && key_ == "listings") return enter(At::listings);
    return out_of_place("an object");
  }
  bool end_object() override { return enter(At::top); }

  bool start_array(std::size_t) override {
    list_.clear();
    if (at_ == At::top && key_ == "texts") return enter(At::texts);
    if (at_ == At::listings) return enter(At::listing);
    return out_of_place("an array");
  }
  bool end_array() override {
    if (at_ == At::texts) {
      texts_ = std::exchange(list_, {});
      return enter(At::top);
    }
    bundle_.tree.add_listing(key_, std::exchange(list_, {}));
    return enter(At::listings);
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return stop(fmt::format("it is no whole JSON: the error is at byte {}", position));
  }

  const std::string& problem() const { return problem_; }

  // Requires: the parser came to the end.
  Result<Bundle> take() {
    for (auto& [path, place] : shared_) {
      if (place >= texts_.size())
        return fail(ErrorKind::invalid,
                    fmt::format("{} has text {} of {}", path, place, texts_.size()));
      bundle_.tree.add_file(std::move(path), texts_[place]);
    }
    if (!versioned_) return fail(ErrorKind::invalid, "it is an empty object");
    return std::move(bundle_);
  }

 private:
  enum class At { outside, top, absent, files, listings, listing, texts };
  static constexpr std::string_view kVersionKey = "scxx-bundle";

  bool enter(At at) {
    at_ = at;
    return true;
  }
  bool stop(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }
  bool out_of_place(std::string_view what) {
    if (at_ == At::outside) return stop(fmt::format("it is {}, no object", what));
    return stop(fmt::format("its entry \"{}\" is {}, which is out of place",
                            to_json_text(key_.substr(0, 200)), what));
  }

  Bundle bundle_;
  At at_ = At::outside;
  bool versioned_ = false;
  std::string key_, problem_;
  std::vector<std::string> list_, texts_;
  std::vector<std::pair<std::string, std::uint64_t>> shared_;  // path, place in texts_
  const std::map<std::string_view, std::string*> fields_ = {{"hwloc-error", &bundle_.hwloc_error},
                                                            {"hwloc-xml", &bundle_.hwloc_xml},
                                                            {"kernel", &bundle_.kernel},
                                                            {"machine", &bundle_.machine},
                                                            {"model", &bundle_.model}};
};

}  // namespace

std::string to_text(const Bundle& bundle) {
  std::string out = fmt::format("{{\"scxx-bundle\": {}", kVersion);
  SharedTexts shared(bundle.tree);
  append_map(out, "absent", bundle.tree.absent(), errno_text);
  append_map(out, "files", bundle.tree.files(),
             [&](const std::string* text) { return shared(text); });
  append_text(out, "hwloc-error", bundle.hwloc_error);
  append_text(out, "hwloc-xml", bundle.hwloc_xml);
  append_text(out, "kernel", bundle.kernel);
  append_map(out, "listings", bundle.tree.listings(), [](const std::vector<std::string>& names) {
    std::string text = "[";
    for (const std::string& name : names) text += (text.size() > 1 ? ", " : "") + json_string(name);
    return text + "]";
  });
  append_text(out, "machine", bundle.machine);
  append_text(out, "model", bundle.model);
  shared.append_to(out);
  return out + "\n}\n";
}

Result<Bundle> parse_bundle(std::string_view text, std::string_view name) {
  const auto refuse = [&](std::string_view problem) {
    return fail(ErrorKind::invalid, fmt::format("cannot read {} as a bundle: {}", name, problem),
                "expected a whole file as the program that made it wrote it");
  };
  Handler handler;
  if (!nlohmann::json::sax_parse(text, &handler)) return refuse(handler.problem());
  auto bundle = handler.take();
  if (!bundle) return refuse(bundle.error().what);
  return bundle;
}

Result<Bundle> read_bundle(const std::filesystem::path& path) {
  return parse_bundle(SCX_TRY(read_input(path)), path.native());
}

}  // namespace scx
