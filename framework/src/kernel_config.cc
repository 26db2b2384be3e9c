// SPDX-License-Identifier: GPL-2.0-only
#include "kernel_config.h"

#include <fmt/core.h>
#include <zlib.h>

#include <array>
#include <memory>

#include "scx/base/file.h"

namespace scx {
namespace {

// A configuration has some 300 KiB.
constexpr std::size_t kMaxBytes = 4 << 20;

struct CloseGz {
  void operator()(gzFile file) const { ::gzclose(file); }
};

// A file that may be compressed: zlib reads either.
std::optional<std::string> read_maybe_gz(const std::filesystem::path& path) {
  const std::unique_ptr<gzFile_s, CloseGz> file{::gzopen(path.c_str(), "re")};
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 16384> buffer;
  for (;;) {
    const int n = ::gzread(file.get(), buffer.data(), buffer.size());
    if (n < 0 || text.size() > kMaxBytes) return std::nullopt;
    if (n == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace

std::vector<std::filesystem::path> KernelConfig::places(const std::filesystem::path& root,
                                                        const std::string& release) {
  std::vector<std::filesystem::path> all = {under(root, "/proc/config.gz"),
                                            under(root, fmt::format("/boot/config-{}", release))};
  for (const char* modules : {"/usr/lib/modules", "/lib/modules"})
    for (const char* name : {"config", "build/.config"})
      all.push_back(under(root, fmt::format("{}/{}/{}", modules, release, name)));
  return all;
}

std::optional<KernelConfig> KernelConfig::find(const std::filesystem::path& root,
                                               const std::string& release) {
  for (const auto& path : places(root, release))
    if (const auto text = read_maybe_gz(path); text && !text->empty()) return parse(*text, path);
  return std::nullopt;
}

KernelConfig KernelConfig::parse(std::string_view text, std::string path) {
  KernelConfig config;
  config.path_ = std::move(path);
  constexpr std::string_view prefix = "CONFIG_";
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    const std::size_t equals = line.find('=');
    if (!line.starts_with(prefix) || equals == line.npos) continue;
    config.values_.insert_or_assign(
        std::string(line.substr(prefix.size(), equals - prefix.size())),
        std::string(line.substr(equals + 1)));
  }
  return config;
}

std::optional<std::string_view> KernelConfig::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

bool KernelConfig::has(std::string_view name) const {
  const auto now = value(name);
  return now == "y" || now == "m";
}

}  // namespace scx
