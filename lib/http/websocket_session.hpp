// Inside lib/http only: a connection after its upgrade.
#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "http/server_state.hpp"
#include "http/websocket.hpp"

namespace trade::http {

namespace beast = boost::beast;

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using BeastRequest = beast::http::request<beast::http::string_body>;

/// Accepts the upgrade that `request` asks for and speaks for as long as the connection stands.
void serve_websocket(const std::shared_ptr<Server::State>& server, PlainStream stream, BeastRequest request,
                     std::unique_ptr<WebSocketHandler> handler);
void serve_websocket(const std::shared_ptr<Server::State>& server, TlsStream stream, BeastRequest request,
                     std::unique_ptr<WebSocketHandler> handler);

}  // namespace trade::http
