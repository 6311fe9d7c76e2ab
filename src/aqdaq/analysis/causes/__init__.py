"""Why a layer fails in a white spot: a counterfactual decomposition of what is lacking. Arrays in, figures out.

pixels       which pixels of a white spot are computed
needed       the level that suffices at each
coalitions   what is lacking under each coalition of switches
shapley      exact Shapley values
parts        what each factor has of the deficit
spread       how far the shares are to be trusted
"""
