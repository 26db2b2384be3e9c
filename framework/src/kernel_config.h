// SPDX-License-Identifier: GPL-2.0-only
//
// The options that a kernel was built with, wherever a distribution keeps them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scx {

class KernelConfig {
 public:
  // Looks in /proc/config.gz, /boot/config-RELEASE and, below /usr/lib/modules/RELEASE and
  // /lib/modules/RELEASE, in config and build/.config; the first that is there and readable.
  // Nothing where there is none.
  static std::optional<KernelConfig> find(const std::filesystem::path& root,
                                          const std::string& release);

  // The lines of a configuration; others than CONFIG_NAME=VALUE are passed over.
  static KernelConfig parse(std::string_view text, std::string path);

  // Where it looks, below `root`.
  static std::vector<std::filesystem::path> places(const std::filesystem::path& root,
                                                   const std::string& release);

  // "y", "m", a number, a text in its quotes; nothing where the option is not set. The name has no
  // CONFIG_.
  std::optional<std::string_view> value(std::string_view name) const;
  bool has(std::string_view name) const;  // y or m

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace scx
