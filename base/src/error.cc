// SPDX-License-Identifier: GPL-2.0-only
#include <cerrno>
#include <cstring>

#include "scx/base/result.h"

namespace scx {

std::string Error::message() const {
  std::string text = what;
  if (err != 0) text.append(": ").append(std::strerror(err));
  if (!cure.empty()) text.append("; ").append(cure);
  return text;
}

std::unexpected<Error> fail_errno(int err, std::string what, std::string cure) {
  ErrorKind kind = ErrorKind::io;
  if (err == EACCES || err == EPERM) kind = ErrorKind::permission;
  if (err == ENOENT) kind = ErrorKind::missing;
  if (err == EBUSY) kind = ErrorKind::busy;
  return std::unexpected(Error{kind, err, std::move(what), std::move(cure), {}});
}

}  // namespace scx
