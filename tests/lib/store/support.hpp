#pragma once

#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "store/environment.hpp"
#include "store/key.hpp"

namespace trade::store {

inline Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}
inline std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
::testing::AssertionResult succeeded(const Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << result.error().name << ": " << result.error().message << " (" << result.error().hint << ")";
}

/// The value under a key as text; "(none)" where there is none.
inline std::string value_of(Environment& environment, Database database, Bytes key) {
  auto transaction = environment.begin_read();
  if (!transaction) return transaction.error().message;
  const auto value = transaction->get(database, key);
  if (!value) return value.error().message;
  return value->has_value() ? text_of(**value) : "(none)";
}

inline Status put_one(Environment& environment, Database database, Bytes key, Bytes value) {
  return environment.write([&](Transaction& transaction) { return transaction.put(database, key, value); });
}

}  // namespace trade::store
