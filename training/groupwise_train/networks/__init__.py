"""Networks with learned groups, and the residual blocks of networks from other libraries."""
