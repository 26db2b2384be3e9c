// SPDX-License-Identifier: GPL-2.0-only
#include "elf_symbols.h"

#include <elf.h>
#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

namespace scx::sim {
namespace {

// Reads structures out of a file's bytes; what lies outside is none.
class Image {
 public:
  explicit Image(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  std::optional<T> at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return {};
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }
  std::string text(std::uint64_t offset) const {
    std::string found;
    while (offset < bytes_.size() && bytes_[offset]) found += bytes_[offset++];
    return found;
  }

 private:
  std::vector<char> bytes_;
};

std::unexpected<Error> no_object(const std::filesystem::path& file) {
  return fail(ErrorKind::invalid, fmt::format("{} is no shared object", file.string()),
              "name one that scxx_add_scheduler() made, such as lavd.sim.so");
}

Result<std::vector<char>> read_all(const std::filesystem::path& file) {
  std::error_code none;
  if (std::filesystem::is_directory(file, none)) return no_object(file);
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail_errno(errno, "cannot read the policy " + file.string());
  return std::vector<char>(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

Result<std::map<std::string, ElfVariable, std::less<>>> read_variables(
    const std::filesystem::path& file) {
  const Image image(SCX_TRY(read_all(file)));
  const auto header = image.at<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_type != ET_DYN)
    return no_object(file);
  std::vector<Elf64_Shdr> sections;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto section = image.at<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section) return no_object(file);
    sections.push_back(*section);
  }
  std::map<std::string, ElfVariable, std::less<>> found;
  for (const Elf64_Shdr& table : sections) {
    if (table.sh_type != SHT_DYNSYM || table.sh_link >= sections.size()) continue;
    const Elf64_Shdr& names = sections[table.sh_link];
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = image.at<Elf64_Sym>(table.sh_offset + at);
      if (!symbol) return no_object(file);
      if (ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT || symbol->st_shndx >= sections.size() ||
          symbol->st_shndx == SHN_UNDEF)
        continue;
      const bool read_only = !(sections[symbol->st_shndx].sh_flags & SHF_WRITE);
      found[image.text(names.sh_offset + symbol->st_name)] = {symbol->st_value, symbol->st_size,
                                                              read_only};
    }
  }
  if (found.empty()) return no_object(file);
  return found;
}

}  // namespace scx::sim
