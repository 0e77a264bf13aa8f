#pragma once

#include <boost/asio/ssl/context.hpp>

#include "serve/http/server.h"

namespace cellwise::serve::http {

/// TLS 1.2 or newer with this certificate. Throws DataError naming the file that cannot be read, or if the key is not
/// the certificate's.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const TlsFiles& files);

}  // namespace cellwise::serve::http
