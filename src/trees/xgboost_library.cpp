#include "trees/xgboost_library.h"

#include <fmt/format.h>

#include "core/error.h"
#include "trees/boosting.h"
#include "trees/parameter_text.h"
#include "trees/shared_library.h"

#ifndef CELLWISE_XGBOOST_LIBRARY
#define CELLWISE_XGBOOST_LIBRARY ""
#endif

namespace cellwise::trees {
namespace {

std::string version_of(const XGBoostLibrary& library) {
    int major = 0, minor = 0, patch = 0;
    library.version(&major, &minor, &patch);
    return fmt::format("{}.{}.{}", major, minor, patch);
}

std::filesystem::path path_of_xgboost() {
    return library_path("XGBoost", "CELLWISE_XGBOOST", "xgboost/lib/libxgboost.so", CELLWISE_XGBOOST_LIBRARY);
}

XGBoostLibrary open_xgboost() {
    const auto path = path_of_xgboost();
    const SharedLibrary file(path);
    XGBoostLibrary library{};
    file.find("XGBGetLastError", library.last_error);
    file.find("XGBoostVersion", library.version);
    int major = 0, minor = 0, patch = 0;
    library.version(&major, &minor, &patch);
    if (major < 3) {
        throw EnvironmentError(
            fmt::format("'{}' is XGBoost {}.{}.{}: version 3 or newer is needed", path.string(), major, minor, patch));
    }
    file.find("XGBSetGlobalConfig", library.set_global_config);
    file.find("XGDMatrixCreateFromDense", library.matrix_from_dense);
    file.find("XGDMatrixSetInfoFromInterface", library.matrix_set_info);
    file.find("XGDMatrixFree", library.matrix_free);
    file.find("XGBoosterCreate", library.booster_create);
    file.find("XGBoosterFree", library.booster_free);
    file.find("XGBoosterSetParam", library.booster_set_param);
    file.find("XGBoosterUpdateOneIter", library.booster_update);
    file.find("XGBoosterPredictFromDMatrix", library.booster_predict);
    file.find("XGBoosterFeatureScore", library.booster_feature_score);
    file.find("XGBoosterSetStrFeatureInfo", library.booster_set_strings);
    file.find("XGBoosterGetNumFeature", library.booster_feature_count);
    file.find("XGBoosterSaveJsonConfig", library.booster_json_config);
    file.find("XGBoosterSaveModelToBuffer", library.booster_save);
    file.find("XGBoosterLoadModelFromBuffer", library.booster_load);
    return library;
}

}  // namespace

void XGBoostLibrary::check(int code) const {
    if (code == 0) return;
    throw EnvironmentError("XGBoost: " + plain_reason(last_error()));
}

const XGBoostLibrary& xgboost_library() {
    static const XGBoostLibrary library = open_xgboost();
    return library;
}

const Availability& xgboost_availability() {
    static const Availability availability = [] {
        try {
            return Availability{true, "", version_of(xgboost_library()), path_of_xgboost().string()};
        } catch (const EnvironmentError& error) {
            return Availability{false, error.what(), "", ""};
        }
    }();
    return availability;
}

}  // namespace cellwise::trees
