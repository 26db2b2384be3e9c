// SPDX-License-Identifier: GPL-2.0-only
//
// Result and Error: how every function of the libraries that can fail says so.
//
// The libraries never exit, abort, print or log on their own account; they return a Result, and
// the program at the top decides what a person gets to read. An Error is written for that person:
// what was being done to what, why it failed, and what to do about it.
//
//   Result<Topology> t = Topology::discover(source);
//   if (!t) return std::unexpected(t.error());           // or:
//   Topology topology = SCX_TRY(Topology::discover(source));
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace scx {

enum class ErrorKind {
  usage,        // a wrong option or argument; programs exit with 2
  permission,   // not allowed to; another user or a capability is needed
  unsupported,  // this kernel or machine cannot do it
  missing,      // a file, symbol or package is not there
  busy,         // somebody else holds it
  invalid,      // data that breaks its own rules
  rejected,     // the kernel refused: verifier, ops table
  io,           // reading, writing, connecting
};

struct Error {
  ErrorKind kind = ErrorKind::io;
  int err = 0;       // errno, positive; 0 where no system call is to blame
  std::string what;  // what was being done to what, and what was found: one clause, no full stop
  std::string cure;  // what to do about it: one clause; empty where nobody can say
  std::string evidence;  // the whole log behind it (verifier, kernel dump); may have many lines

  // "what: strerror(err); cure", without the evidence.
  std::string message() const;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string what, std::string cure = {}) {
  return std::unexpected(Error{kind, 0, std::move(what), std::move(cure), {}});
}

// As fail(), for a failed system call. The kind follows from err (EACCES and EPERM: permission,
// ENOENT: missing, EBUSY: busy, else io).
std::unexpected<Error> fail_errno(int err, std::string what, std::string cure = {});

}  // namespace scx

// The value of a Result expression, or return its error from the enclosing function.
#define SCX_TRY(expression)                                                         \
  __extension__({                                                                   \
    auto scx_try_result = (expression);                                             \
    if (!scx_try_result) return std::unexpected(std::move(scx_try_result).error()); \
    std::move(scx_try_result).value();                                              \
  })
