#include "report/text/vector_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cellwise::report {
namespace {

std::string text(const std::vector<double>& values) { return vector_text(values); }

TEST(VectorText, PrintsAsNumpyDoes) {  // each expected text is numpy 2.4's str(np.array(…))
    EXPECT_EQ(text({0.52497919, 0.549834}), "[0.52497919 0.549834  ]");
    EXPECT_EQ(text({1, 2.5}), "[1.  2.5]");
    EXPECT_EQ(text({1}), "[1.]");
    EXPECT_EQ(text({0, 0}), "[0. 0.]");
    EXPECT_EQ(text({-0.5, 0.25}), "[-0.5   0.25]");
    EXPECT_EQ(text({0.123456789012, 2}), "[0.12345679 2.        ]");
    EXPECT_EQ(text({1e10, 1.5}), "[1.0e+10 1.5e+00]");
    EXPECT_EQ(text({1e10}), "[1.e+10]");
    EXPECT_EQ(text({1e-5, 1}), "[1.e-05 1.e+00]");
    EXPECT_EQ(text({123.5, -0.001}), "[ 1.235e+02 -1.000e-03]");
    EXPECT_EQ(text({1500, 1}), "[1.5e+03 1.0e+00]");
}

TEST(VectorText, KeepsToTheDigitsOfAFloat) {
    const std::vector<float> values{0.52497919F, 0.549834F};
    EXPECT_EQ(vector_text(values), "[0.5249792 0.549834 ]");
}

}  // namespace
}  // namespace cellwise::report
