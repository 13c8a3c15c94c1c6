#include "bus/endpoints.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/assert.hpp"

namespace trade::bus {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view request_suffix = ".requests";
constexpr std::string_view publication_suffix = ".publications";

/// The longest path of a socket in `directory`.
std::size_t longest_socket_path(const fs::path& directory) {
  std::size_t longest = 0;
  for (const std::string_view daemon : daemon_names)
    longest = std::max(longest, daemon.size());
  return directory.native().size() + 1 + longest + std::max(request_suffix.size(), publication_suffix.size());
}

/// FNV-1a: stable over processes and versions, which std::hash is not.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char character : text) {
    hash ^= static_cast<unsigned char>(character);
    hash *= 0x100000001b3;
  }
  return hash;
}

std::string system_error_text(int number) {
  return std::generic_category().message(number);
}

/// Whether `path` is a directory (not a link to one) of ours that nobody else can enter.
Status check_private_directory(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) {
    return fail(ErrorCode::internal, "cannot look at " + path.string() + ": " + system_error_text(errno));
  }
  if (!S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::internal, path.string() + " is not a directory", "move it out of the way");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorCode::not_permitted, path.string() + " belongs to another user",
                "run this as the user that the suite runs as");
  }
  if ((status.st_mode & 077) != 0) {
    return fail(ErrorCode::not_permitted, path.string() + " is open to other users",
                "close it with 'chmod 700 " + path.string() + "'");
  }
  return {};
}

Status make_private_directory(const fs::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    const int error = errno;
    return fail(error == ENOSPC ? ErrorCode::out_of_space : ErrorCode::internal,
                "cannot create " + path.string() + ": " + system_error_text(error));
  }
  return check_private_directory(path);
}

/// Where sockets go when the home's path is too long.
fs::path preferred_short_directory(const fs::path& home) {
  char name[64];
  std::snprintf(name, sizeof name, "trade-%lu-%016llx", static_cast<unsigned long>(::geteuid()),
                static_cast<unsigned long long>(stable_hash(home.native())));
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && runtime[0] == '/') {
    const fs::path directory = fs::path(runtime) / name;
    if (longest_socket_path(directory) <= socket_path_bytes_max && check_private_directory(runtime)) {
      return directory;
    }
  }
  return fs::path("/tmp") / name;
}

fs::path link_path(const fs::path& home) {
  return home / "run" / "sockets";
}

/// Empty where there is none.
std::string address_in(const std::map<std::string, std::string, std::less<>>& addresses,
                       std::string_view daemon) {
  const auto found = addresses.find(daemon);
  return found == addresses.end() ? std::string() : found->second;
}

/// The short directory that a process before us chose; empty when none did.
fs::path recorded_short_directory(const fs::path& home) {
  std::error_code error;
  fs::path target = fs::read_symlink(link_path(home), error);
  return error || longest_socket_path(target) > socket_path_bytes_max ? fs::path() : target;
}

}  // namespace

Endpoints::Endpoints(const fs::path& home) {
  std::error_code error;
  const fs::path absolute = fs::absolute(home, error);
  home_ = fs::weakly_canonical(error ? home : absolute, error);
  if (error) home_ = absolute.empty() ? home : absolute.lexically_normal();
  if (!home_.has_filename() && home_.has_relative_path()) home_ = home_.parent_path();
  directory_ = home_ / "run";
  short_directory_ = longest_socket_path(directory_) > socket_path_bytes_max;
  if (!short_directory_) return;
  directory_ = recorded_short_directory(home_);
  if (directory_.empty()) directory_ = preferred_short_directory(home_);
}

Status Endpoints::prepare() {
  TRADE_ASSERT(remote_ == nullptr, "only the suite's own machine binds its sockets");
  if (auto made = make_private_directory(home_ / "run"); !made || !short_directory_) return made;

  // Another daemon of the suite may be doing the same: whoever makes the link first decides.
  const fs::path link = link_path(home_);
  const fs::path recorded = recorded_short_directory(home_);
  if (!recorded.empty()) {
    directory_ = recorded;
    if (make_private_directory(directory_)) return {};
    // The recorded place is gone for good (a runtime directory that ended with its login session).
    ::unlink(link.c_str());
  }
  directory_ = preferred_short_directory(home_);
  if (auto made = make_private_directory(directory_); !made) {
    made.error().hint =
        "set XDG_RUNTIME_DIR to a directory of your own, or choose a home with a shorter path";
    return made;
  }
  if (::symlink(directory_.c_str(), link.c_str()) == 0) return {};
  const int link_error = errno;
  directory_ = recorded_short_directory(home_);
  if (link_error != EEXIST || directory_.empty()) {
    return fail(ErrorCode::internal, "cannot create " + link.string() + ": " + system_error_text(link_error));
  }
  return make_private_directory(directory_);
}

std::string Endpoints::place_of(std::string_view daemon) const {
  if (remote_ == nullptr) return "home " + home_.string();
  const std::string address = request_address(daemon);
  return address.empty() ? "no address is known" : address;
}

Status Endpoints::check() const {
  if (remote_ != nullptr) return {};
  std::error_code error;
  if (fs::symlink_status(directory_, error).type() == fs::file_type::not_found) return {};
  return check_private_directory(directory_);
}

void Endpoints::remove_socket(const fs::path& path) const {
  ::unlink(path.c_str());
  // Fails where other daemons still have sockets there, which is as it should be.
  if (short_directory_) ::rmdir(directory_.c_str());
}

fs::path Endpoints::request_path(std::string_view daemon) const {
  return directory_ / (std::string(daemon) + std::string(request_suffix));
}

fs::path Endpoints::publication_path(std::string_view daemon) const {
  return directory_ / (std::string(daemon) + std::string(publication_suffix));
}

std::string Endpoints::request_address(std::string_view daemon) const {
  if (remote_ != nullptr) return address_in(remote_->addresses, daemon);
  return "ipc://" + request_path(daemon).string();
}

std::string Endpoints::publication_address(std::string_view daemon) const {
  if (remote_ != nullptr) return address_in(remote_->publications, daemon);
  return "ipc://" + publication_path(daemon).string();
}

bool Endpoints::is_listening(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() > socket_path_bytes_max) return false;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  // Not blocking: with a full backlog a blocking connect would wait, but such a process does listen.
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno == EMFILE || errno == ENFILE;
  const int result = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  ::close(descriptor);
  return result == 0 || error == EAGAIN || error == EINPROGRESS;
}

}  // namespace trade::bus
