#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cellwise::serve::page {

/// A file of the page, which the program carries in itself.
struct Asset {
    std::string_view path;  ///< "assets/review.js"
    std::string_view content_type, content;
    std::string etag;  ///< by its content: "\"3fa9…\""
};

/// The file under a request's path; the page itself for "/" and the addresses of its views. Null if there is none.
[[nodiscard]] const Asset* find_asset(const std::vector<std::string>& path);

}  // namespace cellwise::serve::page
