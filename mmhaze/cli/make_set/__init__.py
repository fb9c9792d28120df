"""Makes a data set of hazy photos, or lists its pairs.

    mmhaze make-set haze-wild photos --depth model --out data/haze-wild
    mmhaze make-set hazel-level SRC --out data/hazel-level
    mmhaze make-set pairs data/haze-wild
"""
