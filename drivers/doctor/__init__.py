"""Why no push arrives: the chain from the configuration to the endpoint, each link checked by itself."""
