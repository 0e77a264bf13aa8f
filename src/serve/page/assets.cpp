#include "serve/page/assets.h"

#include <algorithm>

#include "core/hash.h"
#include "serve/page/asset_bytes.h"

namespace cellwise::serve::page {
namespace {

std::vector<Asset> all_assets() {
    std::vector<Asset> all;
    for (const auto& file : asset_files) {
        const std::string_view name = file.name;
        const std::string_view type = name.ends_with(".js")    ? "text/javascript; charset=utf-8"
                                      : name.ends_with(".css") ? "text/css; charset=utf-8"
                                      : name.ends_with(".svg") ? "image/svg+xml"
                                                               : "text/html; charset=utf-8";
        const std::string_view content(reinterpret_cast<const char*>(file.bytes), file.size);
        all.push_back({name, type, content, "\"" + sha256(content).substr(0, 32) + "\""});
    }
    return all;
}

}  // namespace

const Asset* find_asset(const std::vector<std::string>& path) {
    static const std::vector<Asset> all = all_assets();
    constexpr std::string_view views[] = {"review", "runs", "customers", "api"};
    std::string_view name = "index.html";
    if (path.size() == 2 && path.front() == "assets" && path.back() != "index.html") {
        name = path.back();
    } else if (!path.empty() && !(path.size() == 1 && std::ranges::find(views, path.front()) != std::end(views))) {
        return nullptr;
    }
    const auto found = std::ranges::find(all, name, &Asset::path);
    return found == all.end() ? nullptr : &*found;
}

}  // namespace cellwise::serve::page
