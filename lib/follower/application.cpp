#include "follower/application.hpp"

#include <string>

namespace trade::follower {

ReplyBody not_served_here(std::string_view daemon) {
  return ErrorReply{Error{ErrorCode::usage, "not_served_here",
                          std::string(daemon) + " does not answer this kind of request",
                          "ask the daemon that owns the answer"}};
}

}  // namespace trade::follower
