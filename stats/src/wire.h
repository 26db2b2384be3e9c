// SPDX-License-Identifier: GPL-2.0-only
//
// The lines of the protocol, both ways: docs/stats.md. Nothing here reads or writes a socket; all
// functions take untrusted text.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "scx/base/result.h"
#include "scx/stats/service.h"

namespace scx::stats::wire {

struct Request {
  std::string req;
  Args args;
};

// `line` without its newline. Errors: invalid with EINVAL, a sentence for the client.
Result<Request> parse_request(std::string_view line);
std::string format_request(std::string_view req, const Args& args);

// With the newline.
std::string format_answer(const Json& value);
std::string format_error(const Error& error);

struct Answer {
  int err = 0;           // the errno that was answered
  Json value;            // where err is 0, members in the order in which they came
  std::string sentence;  // else
};

// Errors: invalid when the line is no answer, or its value is deeper than kMaxJsonDepth.
Result<Answer> parse_answer(std::string_view line);

// The beginning of what somebody sent, printable, for a sentence that quotes it.
std::string excerpt(std::string_view text, std::size_t most = 64);

struct Address {
  sockaddr_un un{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&un); }
};

// Of a path, or of an abstract socket: "@NAME". Errors: usage when it is too long for a socket's
// address or empty.
Result<Address> address_of(const std::string& path);

}  // namespace scx::stats::wire
