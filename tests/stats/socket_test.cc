// SPDX-License-Identifier: GPL-2.0-only
//
// What is found at the socket's path, by servers and by clients.
#include <gmock/gmock.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "scx/stats/client.h"
#include "scx/stats/server.h"
#include "support.h"

namespace scx::stats::test {

struct Nothing {};
SCX_METRICS(Nothing, "");

namespace {

using testing::HasSubstr;

Result<Server> start(const std::string& path, mode_t mode = 0600) {
  Service service;
  service.add<Nothing>("top", [] { return Nothing{}; });
  return Server::start({.path = path, .mode = mode}, std::move(service));
}

Result<Json> ask(const std::string& path) {
  Client client = SCX_TRY(Client::connect({.path = path}));
  return client.request("stats");
}

// A socket as a killed server leaves it.
void leave_stale_socket(const std::string& path) {
  const Fd fd{::socket(AF_UNIX, SOCK_STREAM, 0)};
  const sockaddr_un at = address(path);
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
}

TEST(Socket, AStaleOneIsReplaced) {
  const TempDir dir;
  const std::string path = dir / "stats";
  leave_stale_socket(path);
  const auto server = start(path);
  ASSERT_TRUE(server) << server.error().message();
  EXPECT_TRUE(ask(path));
}

TEST(Socket, ALiveOneIsNotTouched) {
  const TempDir dir;
  const std::string path = dir / "stats";
  const auto first = start(path);
  ASSERT_TRUE(first);
  const auto second = start(path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::busy);
  EXPECT_THAT(second.error().message(), HasSubstr(path));
  EXPECT_TRUE(ask(path));
}

TEST(Socket, AnotherKindOfFileIsNotTouched) {
  const TempDir dir;
  const std::string path = dir / "stats";
  std::ofstream(path) << "precious";
  const auto server = start(path);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().kind, ErrorKind::invalid);
  EXPECT_THAT(server.error().message(), HasSubstr(path + " is there already and is no socket"));
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
}

TEST(Socket, ALinkIsNotFollowed) {
  const TempDir dir;
  std::ofstream(dir / "file") << "precious";
  std::filesystem::create_symlink(dir / "file", dir / "stats");
  EXPECT_FALSE(start(dir / "stats"));
  EXPECT_TRUE(std::filesystem::exists(dir / "file"));
}

TEST(Socket, TheNextServersSocketIsNotRemoved) {
  const TempDir dir;
  const std::string path = dir / "stats";
  auto first = start(path);
  ASSERT_TRUE(first);
  std::filesystem::remove(path);
  const auto second = start(path);
  ASSERT_TRUE(second);
  first->stop();
  EXPECT_TRUE(ask(path));
}

TEST(Socket, ModeDoesNotDependOnTheUmask) {
  const TempDir dir;
  const std::string path = dir / "deep/stats";
  const mode_t before = ::umask(077);
  const auto server = start(path, 0666);
  ::umask(before);
  ASSERT_TRUE(server);
  struct stat status;
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0666U);
  ASSERT_EQ(::stat((dir / "deep").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0755U);
}

TEST(Socket, APathThatIsTooLongIsAUsageError) {
  const TempDir dir;
  const std::string path = dir / std::string(120, 'x');
  for (const Error& error : {start(path).error(), ask(path).error()}) {
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_THAT(error.message(), HasSubstr("choose one of 1 to 107"));
  }
}

TEST(Socket, ADirectoryThatCannotBeMadeIsNamed) {
  const TempDir dir;
  std::ofstream(dir / "file") << "";
  const auto server = start(dir / "file/below/stats");
  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message(), HasSubstr("directory " + (dir / "file") + ":"));
}

TEST(Socket, AServerCanBeMovedAndStartedAgain) {
  const TempDir dir;
  const std::string path = dir / "stats";
  for (int i = 0; i < 20; ++i) {
    auto server = start(path);
    ASSERT_TRUE(server) << server.error().message();
    Server moved = std::move(*server);
    EXPECT_TRUE(ask(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Socket, HasTheGroupThatIsAskedFor) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files to any group";
  const TempDir dir;
  Service service;
  service.add<Nothing>("top", [] { return Nothing{}; });
  const auto server = Server::start({.path = dir / "stats", .mode = 0660, .group = gid_t{4711}},
                                    std::move(service));
  ASSERT_TRUE(server) << server.error().message();
  struct stat status;
  ASSERT_EQ(::stat((dir / "stats").c_str(), &status), 0);
  EXPECT_EQ(status.st_gid, 4711U);
  EXPECT_EQ(status.st_mode & 07777, 0660U);
}

TEST(Socket, APlaceWhereAnybodyMayRenameIsRefused) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "open");
  ASSERT_EQ(::chmod((dir / "open").c_str(), 0777), 0);
  for (const char* path : {"open/stats", "open/below/stats"}) {
    const auto server = start(dir / path);
    ASSERT_FALSE(server) << path;
    EXPECT_EQ(server.error().kind, ErrorKind::permission);
    EXPECT_THAT(server.error().message(),
                HasSubstr("anybody may rename what is in " + (dir / "open")));
  }
  ASSERT_EQ(::chmod((dir / "open").c_str(), 01777), 0);
  EXPECT_TRUE(start(dir / "open/below/stats"));
}

// In a directory like /tmp, another user has made what the path goes through.
TEST(Socket, WhatAnotherUserPutIntoThePathIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root makes files of another user";
  const TempDir dir;
  ASSERT_EQ(::chmod((dir / ".").c_str(), 01777), 0);
  std::filesystem::create_directory(dir / "precious");
  std::filesystem::create_directory(dir / "folder");
  std::filesystem::create_symlink(dir / "precious", dir / "link");
  EXPECT_TRUE(start(dir / "link/stats"));  // our own is fine
  ASSERT_EQ(::lchown((dir / "folder").c_str(), 4711, 4711), 0);
  ASSERT_EQ(::lchown((dir / "link").c_str(), 4711, 4711), 0);
  for (const char* name : {"folder", "link"}) {
    const auto server = start(dir / name + "/stats");
    ASSERT_FALSE(server) << name;
    EXPECT_EQ(server.error().kind, ErrorKind::permission);
    EXPECT_THAT(server.error().message(), HasSubstr((dir / name) + " belongs to user 4711"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir / "precious"));
}

// A name that no other run of the tests has.
std::string abstract_name() { return "@scxx-stats-test-" + std::to_string(::getpid()); }

TEST(Socket, AnAbstractOneServesAndLeavesNothing) {
  const std::string name = abstract_name();
  for (int i = 0; i < 2; ++i) {
    const auto server = start(name);
    ASSERT_TRUE(server) << server.error().message();
    EXPECT_TRUE(ask(name));
    EXPECT_FALSE(std::filesystem::exists(name));
    const auto second = start(name);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::busy);
  }
  EXPECT_EQ(ask(name).error().kind, ErrorKind::missing);
  EXPECT_EQ(start("@").error().kind, ErrorKind::usage);
}

// What a process of another user and group is answered; all in another process.
std::string answer_to(uid_t uid, gid_t gid, const std::string& path) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const Fd reader{ends[0]};
  Fd writer{ends[1]};
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgroups(0, nullptr) != 0 || ::setgid(gid) != 0 || ::setuid(uid) != 0) std::_Exit(1);
    const auto answer = ask(path);
    const std::string text = answer ? answer->text : answer.error().message();
    std::_Exit(::write(writer.get(), text.data(), text.size()) < 0);
  }
  writer = Fd{};
  std::string text(1000, '\0');
  const ssize_t got = ::read(reader.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  ::waitpid(child, nullptr, 0);
  return text;
}

TEST(Socket, AnAbstractOneAdmitsWhomItsModeAdmits) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root becomes another user";
  const std::string name = abstract_name();
  const auto serve = [&](mode_t mode) {
    Service service;
    service.add<Nothing>("top", [] { return Nothing{}; });
    return Server::start({.path = name, .mode = mode, .group = gid_t{4711}}, std::move(service));
  };
  const char refusal[] = "this user may not see the scheduler's statistics";
  auto closed = serve(0600);
  EXPECT_EQ(answer_to(0, 0, name), "{}");
  EXPECT_THAT(answer_to(1234, 4711, name), HasSubstr(refusal));
  EXPECT_THAT(answer_to(1234, 1234, name), HasSubstr(refusal));
  closed->stop();
  auto group = serve(0660);
  EXPECT_EQ(answer_to(1234, 4711, name), "{}");
  EXPECT_THAT(answer_to(1234, 1234, name), HasSubstr(refusal));
  group->stop();
  const auto open = serve(0666);
  EXPECT_EQ(answer_to(1234, 1234, name), "{}");
}

TEST(Socket, AnInheritedOneIsServedAndStays) {
  const TempDir dir;
  const std::string path = dir / "stats";
  Fd bound{::socket(AF_UNIX, SOCK_STREAM, 0)};
  const sockaddr_un at = address(path);
  ASSERT_EQ(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)), 0);
  for (int i = 0; i < 2; ++i) {
    Service service;
    service.add<Nothing>("top", [] { return Nothing{}; });
    const auto server = Server::start({.path = dir / "other", .inherited = Fd{::dup(bound.get())}},
                                      std::move(service));
    ASSERT_TRUE(server) << server.error().message();
    EXPECT_TRUE(ask(path));
    EXPECT_FALSE(std::filesystem::exists(dir / "other"));
  }
  EXPECT_TRUE(std::filesystem::exists(path));
  Service service;
  service.add<Nothing>("top", [] { return Nothing{}; });
  const auto none =
      Server::start({.inherited = Fd{::socket(AF_UNIX, SOCK_DGRAM, 0)}}, std::move(service));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::usage);
}

TEST(ClientSocket, NobodyThere) {
  const TempDir dir;
  leave_stale_socket(dir / "stale");
  for (const std::string& path : {dir / "none", dir / "stale"}) {
    const auto answer = ask(path);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, ErrorKind::missing);
    EXPECT_EQ(answer.error().message(),
              "no scheduler serves statistics at " + path + "; is one running?");
  }
}

// A server that accepts one connection and sends what it is told to.
class Fake {
 public:
  explicit Fake(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    const sockaddr_un at = address(path);
    ::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at));
    ::listen(fd_.get(), 1);
  }
  void accept_and_send(std::string_view bytes) {
    peer_ = Fd{::accept(fd_.get(), nullptr, nullptr)};
    ASSERT_EQ(::send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  Fd fd_;
  Fd peer_;
};

TEST(ClientSocket, ASilentServerIsATimeOut) {
  const TempDir dir;
  Fake silent(dir / "stats");
  auto client = Client::connect({.path = dir / "stats", .timeout = 50ms});
  ASSERT_TRUE(client);
  const auto answer = client->request("stats");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().err, ETIMEDOUT);
  EXPECT_FALSE(client->connected());
}

TEST(ClientSocket, CancelEndsAWait) {
  const TempDir dir;
  Fake silent(dir / "stats");
  int pipe_fds[2];
  ASSERT_EQ(::pipe(pipe_fds), 0);
  const Fd reader{pipe_fds[0]};
  Fd writer{pipe_fds[1]};
  auto client = Client::connect({.path = dir / "stats", .cancel_fd = reader.get()});
  ASSERT_TRUE(client);
  std::thread canceller([&] {
    std::this_thread::sleep_for(50ms);
    writer = Fd{};
  });
  EXPECT_EQ(client->request("stats").error().err, ECANCELED);
  canceller.join();
}

TEST(ClientSocket, AnswersSpelledOtherwiseAreUnderstood) {
  const TempDir dir;
  Fake fake(dir / "stats");
  auto client = Client::connect({.path = dir / "stats"});
  ASSERT_TRUE(client);
  fake.accept_and_send(
      "{ \"args\": {\"resp\": {\"b\": 1, \"a\": 18446744073709551615}}, \"errno\": 0 }\n"
      "{\"errno\":0,\"args\":{\"resp\":1}, \"x\":{\"y\":2}}\n"
      "{\"errno\":2,\"args\":{\"resp\":\"gone\\u001b[2J\"}}\n");
  EXPECT_EQ(client->request("stats").value().text, R"({"b":1,"a":18446744073709551615})");
  EXPECT_EQ(client->request("stats").value().text, "1");
  const auto error = client->request("stats");
  EXPECT_EQ(error.error().kind, ErrorKind::missing);
  EXPECT_THAT(error.error().message(), HasSubstr("answered \"gone?[2J\""));
}

TEST(ClientSocket, GarbageIsAnErrorAndEndsTheConnection) {
  for (const char* garbage :
       {"\n", "hello\n", "[]\n", "{}\n", "{\"errno\":0}\n", "{\"errno\":0,\"args\":{}}\n",
        "{\"errno\":\"0\",\"args\":{\"resp\":1}}\n", "{\"errno\":0,\"args\":{\"resp\":}}\n"}) {
    const TempDir dir;
    Fake fake(dir / "stats");
    auto client = Client::connect({.path = dir / "stats"});
    ASSERT_TRUE(client);
    fake.accept_and_send(garbage);
    const auto answer = client->request("stats");
    ASSERT_FALSE(answer) << garbage;
    EXPECT_EQ(answer.error().kind, ErrorKind::invalid) << garbage;
    EXPECT_FALSE(client->connected());
  }
}

TEST(ClientSocket, AnAnswerWithoutEndIsBounded) {
  const TempDir dir;
  Fake fake(dir / "stats");
  auto client = Client::connect({.path = dir / "stats", .max_answer = 1000});
  ASSERT_TRUE(client);
  fake.accept_and_send(std::string(50'000, 'x'));
  EXPECT_EQ(client->request("stats").error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace scx::stats::test
