// SPDX-License-Identifier: GPL-2.0-only
//
// What libbpf says, kept for the Error instead of printed. libbpf has one print callback for the
// process; it appends to the capture that the calling thread has open, and drops the rest.
#pragma once

#include <string>
#include <string_view>

namespace scx {

class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  void append(std::string_view line) { text_ += line; }

  // Everything so far, a line each, without libbpf's prefix.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  LibbpfLog* outer_;
};

}  // namespace scx
