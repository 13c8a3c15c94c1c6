#include "journal/hash.hpp"

#include <sodium.h>

#include "base/assert.hpp"

namespace trade::journal {

namespace {

/// Has libsodium choose the implementation that suits the processor, once.
void initialize() {
  static const bool ready = ::sodium_init() >= 0;
  TRADE_ASSERT(ready, "libsodium found no source of randomness");
}

const unsigned char* unsigned_bytes(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

}  // namespace

Hash hash_of(std::initializer_list<std::span<const std::byte>> parts) {
  initialize();
  Hash hash{};
  crypto_generichash_state state;
  ::crypto_generichash_init(&state, nullptr, 0, hash.size());
  for (const auto part : parts)
    ::crypto_generichash_update(&state, unsigned_bytes(part.data()), part.size());
  ::crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  return hash;
}

Hash random_identity() {
  initialize();
  Hash identity{};
  ::randombytes_buf(identity.data(), identity.size());
  return identity;
}

}  // namespace trade::journal
