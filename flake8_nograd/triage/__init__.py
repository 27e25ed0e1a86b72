"""Is there anything to look at in a file?"""
