"""prediction/fine_tuning"""
