// How many connections there may be, so that those who do not log on keep nobody out who does.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "access/fix_session_store.hpp"
#include "fixd/line.hpp"

namespace trade::fixd {

/// Connections that have not logged on: in all, and of one client (see `http::client_of_address`). With one
/// more the oldest of them ends: who means to log on does so at once.
constexpr std::size_t waiting_lines_max = 256;
constexpr std::size_t waiting_lines_of_client_max = waiting_lines_max / 2;
/// In all: a session has one connection. One beyond is closed at once.
constexpr std::size_t lines_max = access::fix_sessions_max + waiting_lines_max;

/// The connection that has to end before one more is taken that comes from this address; null: none. `lines`
/// are in the order in which they were opened.
Line* line_to_end(const std::vector<std::unique_ptr<Line>>& lines, const std::string& address);

}  // namespace trade::fixd
