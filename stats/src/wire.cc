// SPDX-License-Identifier: GPL-2.0-only
#include "wire.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "parse.h"
#include "text.h"

namespace scx::stats::wire {
namespace {

// How every answer begins and ends; its value is what stands between.
constexpr std::string_view kHead = R"({"errno":0,"args":{"resp":)";
constexpr std::string_view kTail = "}}";

std::unexpected<Error> refuse(std::string sentence) {
  return std::unexpected(Error{ErrorKind::invalid, 0, std::move(sentence), {}, {}});
}

int errno_of(const Error& error) {
  if (error.err > 0) return error.err;
  switch (error.kind) {
    case ErrorKind::permission:
      return EPERM;
    case ErrorKind::unsupported:
      return EOPNOTSUPP;
    case ErrorKind::missing:
      return ENOENT;
    case ErrorKind::busy:
      return EBUSY;
    case ErrorKind::io:
      return EIO;
    default:
      return EINVAL;
  }
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t most) {
  return printable(text.substr(0, whole_characters(text, most)));
}

Result<Request> parse_request(std::string_view line) {
  if (!is_shallow(line)) {
    return refuse(fmt::format("brackets stand in each other more than {} deep in the request",
                              kMaxJsonDepth));
  }
  const auto tree = parse_tree(line);
  if (!tree.is_object()) return refuse("the line is no JSON object");
  const auto req = tree.find("req");
  if (req == tree.end() || !req->is_string())
    return refuse(R"(the request has no "req", or it is no string)");
  Request request{req->get<std::string>(), {}};
  const auto args = tree.find("args");
  if (args == tree.end()) return request;
  if (!args->is_object()) return refuse(R"("args" is no object)");
  for (const auto& [name, value] : args->items()) {
    if (!value.is_string())
      return refuse(fmt::format("the value of the argument '{}' is no string", excerpt(name)));
    request.args.emplace(name, value.template get<std::string>());
  }
  return request;
}

std::string format_request(std::string_view req, const Args& args) {
  JsonWriter out;
  out.begin_object();
  out.member("req", req);
  if (!args.empty()) {
    out.key("args");
    out.begin_object();
    for (const auto& [name, value] : args) {
      out.member(name, value);
    }
    out.end_object();
  }
  out.end_object();
  return std::move(out).take().text + '\n';
}

std::string format_answer(const Json& value) {
  std::string line;
  line.reserve(kHead.size() + value.text.size() + kTail.size() + 1);
  line.append(kHead).append(value.text).append(kTail).push_back('\n');
  return line;
}

std::string format_error(const Error& error) {
  JsonWriter out;
  out.begin_object();
  out.member("errno", errno_of(error));
  out.key("args");
  out.begin_object();
  out.key("resp");
  out.value(error.cure.empty() ? error.what : error.what + "; " + error.cure);
  out.end_object();
  out.end_object();
  return std::move(out).take().text + '\n';
}

Result<Address> address_of(const std::string& path) {
  Address address;
  address.un.sun_family = AF_UNIX;
  if (path.empty() || path == "@" || path.size() >= sizeof(address.un.sun_path)) {
    return fail(
        ErrorKind::usage,
        fmt::format("the path '{}' of the statistics' socket has {} bytes", path, path.size()),
        fmt::format("choose one of 1 to {}", sizeof(address.un.sun_path) - 1));
  }
  std::memcpy(address.un.sun_path, path.data(), path.size());
  const bool abstract = path.front() == '@';
  if (abstract) address.un.sun_path[0] = '\0';
  // An abstract name is as long as it says; a path has its end with it.
  address.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
  return address;
}

}  // namespace scx::stats::wire
